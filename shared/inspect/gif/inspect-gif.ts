import type { Size } from '../../operations/operation.ts';
import { sourceRefusal } from '../../refusal.ts';
import type { Inspected, InspectOptions, SourceFacts } from '../inspection.ts';
import { joinBytes } from '../join-bytes.ts';
import { damagedGif, type GifScreen, readGifScreen, writeUint16 } from './blocks.ts';
import { emptyFrame, findGifCanvas, isCovering } from './canvas.ts';
import { writeLoop } from './extension.ts';
import { type GifFrame, tableFlags, writeGifFrame } from './frame.ts';
import { redrawFrames, widenTable } from './redraw.ts';
import { readGifBlocks } from './walk.ts';

/** The largest side that libvips decodes, in pixels. It is also the largest of a logical screen. */
const canvasSide = 65_535;

/** The delay that libnsgif assumes without a Graphic Control Extension, in hundredths of a second. */
const defaultDelay = 10;

/** The parts of a GIF as they are written. */
type GifParts = {
  readonly canvas: Size;
  readonly colors: Uint8Array;
  readonly background: number;
  readonly loop: number;
  /** A frame that is not drawn, and those that are. */
  readonly before: readonly GifFrame[];
  readonly frames: readonly GifFrame[];
};

function readFacts({ canvas, before, frames, loop }: GifParts): SourceFacts {
  const animated = frames.length > 1;
  const alpha = [...before, ...frames].some(({ control }) => control?.transparent !== undefined);
  return {
    type: 'gif',
    width: canvas.width,
    height: canvas.height,
    frames: frames.length,
    ...(before.length > 0 ? { firstPage: before.length } : {}),
    alpha,
    orientation: 1,
    delays: animated ? frames.map(({ control }) => 10 * (control?.delay ?? defaultDelay)) : [],
    loop: animated ? loop : 0,
    depth: 8,
    channels: alpha ? 4 : 3,
    profile: false,
    hdr: false,
  };
}

function writeGif({ canvas, colors, background, loop, before, frames }: GifParts): Uint8Array {
  const size = [...writeUint16(canvas.width), ...writeUint16(canvas.height)];
  return joinBytes([
    Uint8Array.from('GIF89a', (one) => one.charCodeAt(0)),
    Uint8Array.from([...size, tableFlags(colors), background, 0]),
    colors,
    ...(frames.length > 1 ? [writeLoop(loop)] : []),
    ...[...before, ...frames].flatMap(writeGifFrame),
    Uint8Array.of(0x3b),
  ]);
}

/** Gives each index that the frames can name a colour. */
function widenTables({ colors }: GifScreen, frames: readonly GifFrame[]) {
  const isLocal = (frame: GifFrame): boolean => frame.colors.length > 0;
  const shared = frames.filter((frame) => !isLocal(frame)).map(({ indices }) => indices);
  return {
    colors: widenTable(colors, Math.max(0, ...shared)),
    frames: frames.map((frame) =>
      isLocal(frame) ? { ...frame, colors: widenTable(frame.colors, frame.indices) } : frame,
    ),
  };
}

/**
 * Reads the blocks of a GIF, and writes those again that draw: the screen, the number of plays, and
 * images with their control extensions. Frames behind `frames` are cut.
 */
export function inspectGif(
  bytes: Uint8Array,
  { frames: most }: Pick<InspectOptions, 'frames'>,
): Inspected {
  const screen = readGifScreen(bytes);
  const { loop, frames: read } = readGifBlocks(bytes, screen.end, most);
  const [first] = read;
  if (first === undefined) throw damagedGif('no image');
  const canvas = findGifCanvas(screen, first);
  if (canvas.width > canvasSide || canvas.height > canvasSide)
    throw sourceRefusal('source_too_large', `a canvas of ${canvas.width}×${canvas.height} pixels`);
  const redrawn = redrawFrames(read, canvas, screen.colors);
  const parts: GifParts = {
    canvas,
    ...widenTables(screen, redrawn),
    background: screen.background,
    loop,
    before: isCovering(first, canvas) ? [] : [emptyFrame(canvas)],
  };
  const facts = readFacts(parts);
  return { facts, bytes: writeGif({ ...parts, loop: facts.loop }) };
}
