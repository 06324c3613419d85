import { jpegSegment } from './encoders.ts';

/* A CMYK JPEG written byte by byte, so that its inks are known: https://www.w3.org/Graphics/JPEG/itu-t81.pdf */

export type Inks = readonly [cyan: number, magenta: number, yellow: number, black: number];

const side = 8;
const components = [1, 2, 3, 4];

/** Annex B.2.4.2: counts of the codes of each length, then the symbols. */
const huffmanTable = (place: number, length: number, symbols: readonly number[]): Buffer => {
  const counts = Array.from({ length: 16 }, (_, at) => (at + 1 === length ? symbols.length : 0));
  return jpegSegment(0xc4, Buffer.from([place, ...counts, ...symbols]));
};

/** DC sizes 0 to 11 with codes of four bits, and the end of a block with a code of one. */
const tables: readonly Buffer[] = [
  jpegSegment(0xdb, Buffer.from([0, ...Array<number>(64).fill(1)])),
  huffmanTable(0x00, 4, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
  huffmanTable(0x10, 1, [0]),
];

const frame = jpegSegment(
  0xc0,
  Buffer.from([8, 0, side, 0, side, 4, ...components.flatMap((id) => [id, 0x11, 0])]),
);
const scan = jpegSegment(0xda, Buffer.from([4, ...components.flatMap((id) => [id, 0]), 0, 63, 0]));

const bitsOf = (value: number, length: number): string =>
  length === 0 ? '' : value.toString(2).padStart(length, '0');

/** A flat block: the DC is eight times the level, and a negative one is written as its complement. */
function encodeBlock(level: number): string {
  const dc = side * (level - 128);
  const size = dc === 0 ? 0 : Math.floor(Math.log2(Math.abs(dc))) + 1;
  return `${bitsOf(size, 4)}${bitsOf(dc < 0 ? dc + 2 ** size - 1 : dc, size)}0`;
}

/** Fills the last byte with ones, and writes a zero behind each byte of ones: annex F.1.2.3. */
function packBits(bits: string): Buffer {
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return Buffer.from(
    bytes.flatMap((byte) => {
      const value = Number.parseInt(byte.padEnd(8, '1'), 2);
      return value === 0xff ? [value, 0] : [value];
    }),
  );
}

const adobe = (transform: number): Buffer =>
  jpegSegment(0xee, Buffer.from([...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform]));

/** JFIF's YCbCr of cyan, magenta and yellow: https://www.w3.org/Graphics/JPEG/jfif3.pdf */
const toYcc = ([c, m, y]: Inks): readonly number[] => [
  0.299 * c + 0.587 * m + 0.114 * y,
  128 - 0.168736 * c - 0.331264 * m + 0.5 * y,
  128 + 0.5 * c - 0.418688 * m - 0.081312 * y,
];

/**
 * A flat JPEG of inks, 0 to 255. Adobe stores them inverted, and in YCCK (transform 2) CMY as the YCbCr of the inks:
 * https://www.pdfa.org/norm-refs/5116.DCT_Filter.pdf, section 18. Without a transform there is no Adobe marker.
 */
export function inkJpeg(inks: Inks, transform?: 0 | 2): Buffer {
  const [c, m, y, k] = inks;
  const three = transform === 2 ? toYcc(inks) : [c, m, y].map((one) => 255 - one);
  const levels = [...three, 255 - k].map((one) => Math.min(255, Math.max(0, Math.round(one))));
  const marker = transform === undefined ? [] : [adobe(transform)];
  const data = packBits(levels.map(encodeBlock).join(''));
  const [start, end] = [Buffer.from([0xff, 0xd8]), Buffer.from([0xff, 0xd9])];
  return Buffer.concat([start, ...marker, ...tables, frame, scan, data, end]);
}
