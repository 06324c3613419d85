/*
 * JPEGs by hand, as ITU-T T.81 describes them (https://www.w3.org/Graphics/JPEG/itu-t81.pdf), so that
 * they can have any structure and any fault.
 */

export const startMarker = Buffer.from([0xff, 0xd8]);
export const endMarker = Buffer.from([0xff, 0xd9]);

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A marker segment. Its stated length can be wrong. */
export function markerSegment(code: number, body: Uint8Array | string, length?: number): Buffer {
  const content = typeof body === 'string' ? latin(body) : body;
  const stated = length ?? content.length + 2;
  return Buffer.concat([Buffer.from([0xff, code, stated >> 8, stated & 0xff]), content]);
}

/** Quantisation table 0, all ones: section B.2.4.1. */
export const quantisation = markerSegment(0xdb, Buffer.alloc(65, 1).fill(0, 0, 1));

/** A Huffman table with a code of 1 bit and one of 2: section B.2.4.2. */
const huffman = (number: number, symbols: readonly [number, number]): Buffer =>
  markerSegment(0xc4, Buffer.from([number, 1, 1, ...Array<number>(14).fill(0), ...symbols]));

/** DC differences of 0 (code 0) and 1 bit (code 10); AC: EOB14 (code 0) and EOB (code 10). */
export const huffmanTables = Buffer.concat([huffman(0x00, [0, 1]), huffman(0x10, [0xe0, 0x00])]);

export type FrameShape = {
  /** The marker code; 0xC0 is baseline, 0xC2 progressive. */
  readonly code?: number;
  readonly width?: number;
  readonly height?: number;
  readonly bits?: number;
  /** The sampling factors of each component, such as 0x11. Components are numbered from 1. */
  readonly factors?: readonly number[];
  readonly padding?: number;
};

/** A frame header: section B.2.2. */
export function frameHeader(shape: FrameShape = {}): Buffer {
  const { code = 0xc0, width = 8, height = 8, bits = 8, factors = [0x11], padding = 0 } = shape;
  const sides = [height >> 8, height & 0xff, width >> 8, width & 0xff];
  const components = factors.flatMap((factor, index) => [index + 1, factor, 0]);
  const body = [bits, ...sides, factors.length, ...components, ...Array<number>(padding).fill(0)];
  return markerSegment(code, Buffer.from(body));
}

export type ScanShape = {
  readonly components?: readonly number[];
  /** First and last coefficient. */
  readonly band?: readonly [number, number];
  /** Successive approximation: the bit positions Ah and Al. */
  readonly bits?: readonly [number, number];
  readonly padding?: number;
  readonly data?: Uint8Array;
};

/** A scan header and its data: section B.2.3. One zero byte is four blocks of middle grey. */
export function scanOf(shape: ScanShape = {}): Buffer {
  const { components = [1], band = [0, 63], bits = [0, 0], padding = 0 } = shape;
  const selectors = components.flatMap((id) => [id, 0]);
  const body = [components.length, ...selectors, ...band, bits[0] * 16 + bits[1]];
  const header = markerSegment(0xda, Buffer.from([...body, ...Array<number>(padding).fill(0)]));
  return Buffer.concat([header, shape.data ?? Buffer.alloc(1)]);
}

/** The segments between SOI and EOI of a grey image of 8×8 pixels. */
export const greyParts: readonly Buffer[] = [quantisation, frameHeader(), huffmanTables, scanOf()];

/** A whole file. */
export const jpegOf = (...parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat([startMarker, ...parts, endMarker]);

/** An EXIF segment whose first directory has one entry. */
export function exifSegment(little: boolean, type: number, value: number, tag = 0x0112): Buffer {
  const tiff = Buffer.alloc(26);
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  tiff.write(little ? 'II' : 'MM');
  view.setUint16(2, 42, little);
  view.setUint32(4, 8, little);
  view.setUint16(8, 1, little);
  view.setUint16(10, tag, little);
  view.setUint16(12, type, little);
  view.setUint32(14, 1, little);
  if (type === 1) view.setUint8(18, value);
  else if (type === 3 || type === 8) view.setUint16(18, value, little);
  else view.setUint32(18, value, little);
  return markerSegment(0xe1, Buffer.concat([latin('Exif\0\0'), tiff]));
}

/** A part of a profile: its number, the number of parts, and data. */
export const profilePart = (number: number, of: number, data: Uint8Array): Buffer =>
  markerSegment(0xe2, Buffer.concat([latin('ICC_PROFILE\0'), Buffer.from([number, of]), data]));
