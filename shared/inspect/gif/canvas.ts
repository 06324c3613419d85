import type { Size } from '../../operations/operation.ts';
import type { GifFrame } from './frame.ts';

/**
 * The size of the picture in browsers: each side of the logical screen, enlarged to hold the first frame. Later
 * frames are cropped.
 */
export const findGifCanvas = (screen: Size, first: GifFrame): Size => ({
  width: Math.max(1, screen.width, first.left + first.width),
  height: Math.max(1, screen.height, first.top + first.height),
});

/** Whether a frame leaves no pixel of the canvas as it was, as far as its rectangle says. */
export const isCovering = ({ left, top, width, height }: GifFrame, canvas: Size): boolean =>
  left === 0 && top === 0 && width >= canvas.width && height >= canvas.height;

/**
 * A frame without data on the whole canvas. libnsgif takes the canvas from the first frame if it does not believe
 * the screen, such as one of 640×480 or more than 2,048 pixels, and shows empty pixels as black if no frame has a
 * transparent index. With this frame before all others, it shows what browsers show. It is not drawn.
 */
export const emptyFrame = ({ width, height }: Size): GifFrame => ({
  left: 0,
  top: 0,
  width,
  height,
  control: { disposal: 0, delay: 0, transparent: 0 },
  interlaced: false,
  colors: new Uint8Array(),
  indices: 4,
  data: Uint8Array.of(2, 0),
});
