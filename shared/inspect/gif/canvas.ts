import type { Size } from '../../operations/operation.ts';
import type { GifFrame } from './frame.ts';

/** Screens of the authors of GIFs. Some tools wrote them as the size of the image. */
const monitorSizes: readonly (readonly [number, number])[] = [
  [640, 480],
  [640, 512],
  [800, 600],
  [1024, 768],
  [1280, 1024],
  [1600, 1200],
];

/** Sides above this are not believed either. */
const screenSide = 2_048;

const isMonitor = ({ width, height }: Size): boolean =>
  monitorSizes.some(([wide, high]) => wide === width && high === height);

/**
 * The size of the picture in libnsgif: the logical screen, enlarged to hold the first frame. A
 * screen that it does not believe counts as 1×1. Later frames are cropped. Browsers enlarge it
 * likewise, but believe each screen that is not empty.
 */
export function findGifCanvas(screen: Size, first: GifFrame): Size {
  const empty = screen.width === 0 || screen.height === 0;
  const large = screen.width > screenSide || screen.height > screenSide;
  const believed = empty || large || isMonitor(screen) ? { width: 1, height: 1 } : screen;
  return {
    width: Math.max(believed.width, first.left + first.width),
    height: Math.max(believed.height, first.top + first.height),
  };
}

const isCovering = ({ left, top, width, height }: GifFrame, canvas: Size): boolean =>
  left === 0 && top === 0 && width >= canvas.width && height >= canvas.height;

const background = 2;

/** Whether the canvas is empty somewhere when this frame, or the one behind it, has been drawn. */
function leavesEmptyPixels(frames: readonly GifFrame[], at: number, canvas: Size): boolean {
  const isPartial = (frame: GifFrame | undefined): boolean =>
    frame !== undefined && !isCovering(frame, canvas);
  if (at === 0 && isPartial(frames[at])) return true;
  return frames[at]?.control?.disposal === background && isPartial(frames[at + 1]);
}

/** What libnsgif assumes for a frame without Graphic Control Extension. */
const defaultControl = { disposal: 0, delay: 10, transparent: undefined } as const;

/**
 * Browsers show empty pixels as transparent. libvips shows them as black or in the background
 * colour unless a frame has a transparent index. So this names an index that the data cannot
 * contain. Where the data can contain all 256 there is none, and the pixels stay opaque.
 */
export function showEmptyPixels(frames: readonly GifFrame[], canvas: Size): readonly GifFrame[] {
  return frames.map((frame, at) => {
    const { control = defaultControl, indices } = frame;
    const opaque = control.transparent === undefined && indices < 256;
    return opaque && leavesEmptyPixels(frames, at, canvas)
      ? { ...frame, control: { ...control, transparent: 255 } }
      : frame;
  });
}
