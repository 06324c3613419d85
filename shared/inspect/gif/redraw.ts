import type { Size } from '../../operations/operation.ts';
import { isCovering } from './canvas.ts';
import type { GifFrame } from './frame.ts';
import { packIndices, unpackIndices } from './lzw.ts';

/*
 * Frames that libnsgif draws in another way than browsers. What it needs to know is written; only where that takes
 * new indices, the data is unpacked and packed again, which the limit on the sum of all rectangles bounds.
 */

/** The indices of an image, row by row as stored. */
const unpackFrame = ({ data, width, height }: GifFrame): Uint8Array =>
  unpackIndices(data, width * height);

/** The first row and the distance of rows in the four passes of an interlaced image: appendix E. */
const passes = [
  [0, 8],
  [4, 8],
  [2, 4],
  [1, 2],
] as const;

/** The rows of an interlaced image in the order in which they are stored. */
const listRows = (height: number): readonly number[] =>
  passes.flatMap(([first, step]) =>
    Array.from(
      { length: Math.max(0, Math.ceil((height - first) / step)) },
      (_, index) => first + index * step,
    ),
  );

/**
 * Cuts an interlaced frame at the lower edge of the canvas and stores its rows from top to bottom. libnsgif counts
 * the passes of the part that is visible, so it would take rows for others.
 */
function cutInterlaced(frame: GifFrame, canvas: Size): GifFrame {
  const { top, width, height } = frame;
  const visible = canvas.height - top;
  if (!frame.interlaced || visible >= height || visible <= 0) return frame;
  const stored = unpackFrame(frame);
  const indices = new Uint8Array(width * visible).fill(frame.control?.transparent ?? 0);
  for (const [index, row] of listRows(height).entries())
    if (row < visible)
      indices.set(stored.subarray(index * width, (index + 1) * width), row * width);
  return { ...frame, interlaced: false, height: visible, data: packIndices(indices), indices: 256 };
}

/** The two of 256 indices whose colours are nearest to each other. */
function findNearestPair(colors: Uint8Array): readonly [number, number] {
  let [nearest, found] = [Number.POSITIVE_INFINITY, [0, 1] as readonly [number, number]];
  for (let one = 0; one < 256; one += 1)
    for (let other = one + 1; other < 256; other += 1) {
      const apart = [0, 1, 2].reduce((sum, band) => {
        const difference = (colors[one * 3 + band] ?? 0) - (colors[other * 3 + band] ?? 0);
        return sum + difference * difference;
      }, 0);
      if (apart < nearest) [nearest, found] = [apart, [one, other]];
    }
  return found;
}

/** The first index that no pixel has; -1 if there is none. */
function findUnused(indices: Uint8Array): number {
  const used = new Uint8Array(256);
  for (const index of indices) used[index] = 1;
  return used.indexOf(0);
}

/** What libnsgif assumes for a frame without Graphic Control Extension. */
const defaultControl = { disposal: 0, delay: 10, transparent: undefined } as const;

/**
 * Names a transparent index that no pixel of the frame has. If its pixels have all 256, those of one are given the
 * index of the nearest colour.
 */
function addTransparent(frame: GifFrame, global: Uint8Array): GifFrame {
  const control = { ...(frame.control ?? defaultControl), transparent: 255 };
  if (frame.indices < 256) return { ...frame, control };
  const stored = unpackFrame(frame);
  const free = findUnused(stored);
  if (free >= 0) return { ...frame, control: { ...control, transparent: free } };
  const [kept, given] = findNearestPair(frame.colors.length > 0 ? frame.colors : global);
  const indices = stored.map((index) => (index === given ? kept : index));
  return { ...frame, control: { ...control, transparent: given }, data: packIndices(indices) };
}

const background = 2;

/** Whether the next frame shows pixels that this one has emptied. */
function leavesEmptyPixels(frame: GifFrame, next: GifFrame | undefined, canvas: Size): boolean {
  if (frame.control?.disposal !== background || next === undefined) return false;
  return !isCovering(next, canvas) || next.control?.transparent !== undefined;
}

function redrawFrame(
  frame: GifFrame,
  next: GifFrame | undefined,
  canvas: Size,
  global: Uint8Array,
): GifFrame {
  const cut = cutInterlaced(frame, canvas);
  return cut.control?.transparent === undefined && leavesEmptyPixels(cut, next, canvas)
    ? addTransparent(cut, global)
    : cut;
}

/**
 * Writes the frames so that libnsgif draws them as browsers do. Where a frame is removed, browsers show transparent
 * pixels, and libnsgif the background colour unless that frame has a transparent index.
 */
export function redrawFrames(
  frames: readonly GifFrame[],
  canvas: Size,
  global: Uint8Array,
): readonly GifFrame[] {
  const redrawn: GifFrame[] = [];
  let next: GifFrame | undefined;
  // What is written of the next frame counts, so that a second inspection writes the same.
  for (const frame of frames.toReversed()) {
    next = redrawFrame(frame, next, canvas, global);
    redrawn.push(next);
  }
  return redrawn.toReversed();
}

/**
 * Adds black to a colour table until all indices have a colour, as browsers do. libnsgif would take the colours of an
 * earlier frame.
 */
export function widenTable(colors: Uint8Array, indices: number): Uint8Array {
  if (colors.length >= 3 * indices) return colors;
  const wide = new Uint8Array(3 * indices);
  wide.set(colors);
  return wide;
}
