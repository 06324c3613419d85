import { type ImageType, sniff } from '../../../shared/operations/image-type.ts';
import type { Size } from '../../../shared/operations/operation.ts';

/* The type and the size of an image that Signet has made, from its first bytes. */

/** `size` is undefined if it is not within the bytes. */
export type ImageHeader = { readonly type: ImageType; readonly size: Size | undefined };

/** The bytes that the headers of all types fit into, with a colour profile. */
export const headerBytes = 4_096;

type Reader = (view: DataView) => Size | undefined;

/** IHDR is the first chunk (PNG, section 11.2.1). */
const readPng: Reader = (view) => ({ width: view.getUint32(16), height: view.getUint32(20) });

/** The logical screen (GIF89a, section 18). */
const readGif: Reader = (view) => ({
  width: view.getUint16(6, true),
  height: view.getUint16(8, true),
});

const threeBytes = (view: DataView, at: number): number =>
  view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;

/** https://developers.google.com/speed/webp/docs/riff_container */
const readWebp: Reader = (view) => {
  const kind = view.getUint8(15);
  if (kind === 0x58) return { width: threeBytes(view, 24) + 1, height: threeBytes(view, 27) + 1 };
  if (kind === 0x4c) {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
};

/** The markers of a frame are SOF0 to SOF15 without DHT, JPG and DAC (ITU T.81, table B.1). */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

const readJpeg: Reader = (view) => {
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2))
    if (isFrame(view.getUint8(at + 1)))
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
  return undefined;
};

const ispe = 0x69_73_70_65;

/** The largest `ispe` property: an alpha plane has the size of the image, and a tile is smaller (ISO 23008-12). */
const readAvif: Reader = (view) => {
  let found: Size | undefined;
  for (let at = 12; at + 16 <= view.byteLength; at += 1) {
    if (view.getUint32(at) !== ispe) continue;
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (found === undefined || size.width * size.height > found.width * found.height) found = size;
  }
  return found;
};

const readers: Readonly<Record<ImageType, Reader>> = {
  ...{ jpg: readJpeg, png: readPng, gif: readGif, webp: readWebp, avif: readAvif },
};

function typeOf(bytes: Uint8Array): ImageType | undefined {
  const brand = Buffer.from(bytes.subarray(4, 12)).toString('latin1');
  return /^ftypavi[fs]$/.test(brand) ? 'avif' : sniff(bytes);
}

/** Reads the header of an image; undefined for other bytes. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const type = typeOf(bytes);
  if (type === undefined) return undefined;
  try {
    return {
      type,
      size: readers[type](new DataView(bytes.buffer, bytes.byteOffset, bytes.length)),
    };
  } catch (thrown) {
    // The bytes end within the header.
    if (thrown instanceof RangeError) return { type, size: undefined };
    throw thrown;
  }
}
