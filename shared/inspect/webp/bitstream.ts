import { limits } from '../../limits.ts';
import type { Size } from '../../operations/operation.ts';
import { sourceRefusal } from '../../refusal.ts';
import { damagedWebp, type RiffChunk, readRiffChunks } from './riff.ts';

/** The pixels of a still or of one frame: an optional ALPH chunk, and the bitstream. */
export type WebpImage = Size & {
  /** Whether the chunks can make a pixel transparent. */
  readonly alpha: boolean;
  readonly chunks: readonly RiffChunk[];
};

type Header = Size & { readonly alpha: boolean };

/** Whether a chunk belongs to the pixels. */
export const isImageChunk = ({ name }: RiffChunk): boolean =>
  name === 'ALPH' || name === 'VP8 ' || name === 'VP8L';

const fourteenBits = 0x3fff;

/**
 * Reads the frame header of a lossy image. An image is a shown key frame, and its first partition
 * ends within the chunk: https://www.rfc-editor.org/rfc/rfc6386.html#section-9.1
 */
function readLossy(data: Uint8Array): Header {
  if (data.length < 10) throw damagedWebp('a VP8 chunk without header');
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const tag = view.getUint16(0, true) + 65_536 * view.getUint8(2);
  const keyFrame = tag % 2 === 0 && (tag >> 1) % 8 <= 3 && (tag >> 4) % 2 === 1;
  const startCode = view.getUint16(3, true) === 0x019d && view.getUint8(5) === 0x2a;
  if (!keyFrame || !startCode || tag >> 5 >= data.length)
    throw damagedWebp('a VP8 chunk that is no key frame');
  const width = view.getUint16(6, true) & fourteenBits;
  const height = view.getUint16(8, true) & fourteenBits;
  if (width === 0 || height === 0) throw damagedWebp('a VP8 chunk without pixels');
  return { width, height, alpha: false };
}

/**
 * Refuses far more data than the pixels can need. It could be 65,536 groups of prefix codes, for which libwebp
 * builds tables of a gigabyte before it draws a pixel.
 */
function checkLosslessBytes({ width, height }: Size, bytes: number): void {
  const rawBytes = width * height * 4;
  if (bytes > rawBytes * limits.compressedShare + limits.compressedBytes)
    throw sourceRefusal(
      'source_undecodable',
      `${bytes} bytes of lossless WebP for ${rawBytes} of pixels`,
    );
}

/** Reads the header of a lossless image: https://www.rfc-editor.org/rfc/rfc9649.html#section-3.4 */
function readLossless(data: Uint8Array): Header {
  if (data.length < 5 || data[0] !== 0x2f) throw damagedWebp('a VP8L chunk without header');
  const bits = new DataView(data.buffer, data.byteOffset + 1, 4).getUint32(0, true);
  if (bits >>> 29 !== 0) throw damagedWebp('a VP8L chunk of another version');
  const size = { width: (bits & fourteenBits) + 1, height: ((bits >>> 14) & fourteenBits) + 1 };
  checkLosslessBytes(size, data.length);
  return { ...size, alpha: ((bits >>> 28) & 1) === 1 };
}

/** Reads an image from its first chunks. ALPH only goes with a lossy image, directly before it. */
export function readWebpImage(first: RiffChunk, second: RiffChunk | undefined): WebpImage {
  if (first.name === 'VP8L') return { ...readLossless(first.data), chunks: [first] };
  if (first.name === 'VP8 ') return { ...readLossy(first.data), chunks: [first] };
  if (first.name !== 'ALPH' || second?.name !== 'VP8 ')
    throw damagedWebp('pixels without bitstream');
  return { ...readLossy(second.data), alpha: true, chunks: [first, second] };
}

/** Reads the image of a frame from the start of its chunks. Unknown chunks behind it are ignored. */
export function readFrameImage(bytes: Uint8Array): WebpImage {
  const chunks = readRiffChunks(bytes);
  const first = chunks.next();
  if (first.done === true) throw damagedWebp('a frame without bitstream');
  const second = first.value.name === 'ALPH' ? chunks.next() : undefined;
  return readWebpImage(first.value, second?.done === false ? second.value : undefined);
}
