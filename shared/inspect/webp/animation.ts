import { limits } from '../../limits.ts';
import type { Size } from '../../operations/operation.ts';
import { readFrameImage, type WebpImage } from './bitstream.ts';
import { damagedWebp, littleEndian, type RiffChunk, writeRiffChunk } from './riff.ts';

/** What the ANIM chunk says: https://www.rfc-editor.org/rfc/rfc9649.html#section-2.7.1.1 */
export type WebpPlayback = { readonly background: Uint8Array; readonly loop: number };

/** A frame of an animation. */
export type WebpFrame = {
  readonly image: WebpImage;
  readonly left: number;
  readonly top: number;
  readonly delay: number;
  /** How the frame is disposed of (bit 0) and blended (bit 1). */
  readonly drawing: number;
};

const frameHeaderBytes = 16;

/** Reads the ANIM chunk. */
export function readPlayback({ data }: RiffChunk): WebpPlayback {
  if (data.length < 6) throw damagedWebp('an ANIM chunk that is too short');
  const [low = 0, high = 0] = data.subarray(4);
  return { background: data.subarray(0, 4), loop: low + 256 * high };
}

/**
 * Reads an ANMF chunk: https://www.rfc-editor.org/rfc/rfc9649.html#section-2.7.1.1. Its rectangle
 * lies within the canvas and has the size of its bitstream.
 */
export function readWebpFrame({ data }: RiffChunk, canvas: Size): WebpFrame {
  if (data.length < frameHeaderBytes) throw damagedWebp('an ANMF chunk that is too short');
  const [left, top, right, bottom, delay] = [0, 3, 6, 9, 12].map((at) => readUint24(data, at));
  const image = readFrameImage(data.subarray(frameHeaderBytes));
  const frame = {
    image,
    left: 2 * (left ?? 0),
    top: 2 * (top ?? 0),
    delay: Math.min(delay ?? 0, limits.sourceDelayMilliseconds),
    drawing: (data[15] ?? 0) & 3,
  };
  if (image.width !== (right ?? 0) + 1 || image.height !== (bottom ?? 0) + 1)
    throw damagedWebp('a frame whose bitstream has another size');
  if (frame.left + image.width > canvas.width || frame.top + image.height > canvas.height)
    throw damagedWebp('a frame outside the canvas');
  return frame;
}

/** Reads a little-endian number of three bytes. */
export function readUint24(bytes: Uint8Array, at: number): number {
  const [low = 0, middle = 0, high = 0] = bytes.subarray(at, at + 3);
  return low + 256 * middle + 65_536 * high;
}

/** Whether a frame covers the canvas with opaque pixels. */
export const isOpaqueFrame = ({ image }: WebpFrame, canvas: Size): boolean =>
  !image.alpha && image.width === canvas.width && image.height === canvas.height;

function writeWebpFrame({ image, left, top, delay, drawing }: WebpFrame): readonly Uint8Array[] {
  const { width, height } = image;
  const header = [left / 2, top / 2, width - 1, height - 1, delay];
  return writeRiffChunk('ANMF', [
    ...header.map((value) => littleEndian(value, 3)),
    littleEndian(drawing, 1),
    ...image.chunks.flatMap((chunk) => writeRiffChunk(chunk.name, [chunk.data])),
  ]);
}

/** Writes the ANIM chunk and the frames. */
export function writeAnimation(
  { background, loop }: WebpPlayback,
  frames: readonly WebpFrame[],
): readonly Uint8Array[] {
  const playback = writeRiffChunk('ANIM', [background, littleEndian(loop, 2)]);
  return [...playback, ...frames.flatMap(writeWebpFrame)];
}
