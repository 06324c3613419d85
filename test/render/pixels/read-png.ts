import { inflateSync } from 'node:zlib';

/* A reader of the PNG files that Signet answers, which shares no code with the encoder: https://www.w3.org/TR/png-3/ */

const signatureBytes = 8;

function chunksOf(png: Buffer): readonly { readonly name: string; readonly data: Buffer }[] {
  const chunks = [];
  for (let at = signatureBytes; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const data = png.subarray(at + 8, at + 8 + png.readUInt32BE(at));
    chunks.push({ name: png.toString('latin1', at + 4, at + 8), data });
  }
  return chunks;
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const distances = [left, above, corner].map((one) => Math.abs(guess - one));
  return [left, above, corner][distances.indexOf(Math.min(...distances))] ?? 0;
}

/** Section 9.2. */
const guesses = [
  () => 0,
  (left: number) => left,
  (_: number, above: number) => above,
  (left: number, above: number) => (left + above) >> 1,
  paeth,
] as const;

/** Undoes the filter of a row. The row begins with its filter. */
function readRow(row: Buffer, before: Buffer, step: number): Buffer {
  const guess = guesses[row[0] ?? 0] ?? guesses[0];
  const read = Buffer.alloc(row.length - 1);
  for (let at = 0; at < read.length; at += 1) {
    const left = at < step ? 0 : (read[at - step] ?? 0);
    const corner = at < step ? 0 : (before[at - step] ?? 0);
    read[at] = (row[at + 1] ?? 0) + guess(left, before[at] ?? 0, corner);
  }
  return read;
}

const channels: ReadonlyMap<number, number> = new Map([
  [2, 3],
  [6, 4],
]);

const pixelText = (pixel: Buffer): string =>
  pixel.length === 4 && pixel[3] === 0
    ? 'clear'
    : pixel.length === 4 && pixel[3] === 255
      ? [...pixel.subarray(0, 3)].join(' ')
      : [...pixel].join(' ');

/** The rows of an RGB or RGBA picture of 8 bits. A pixel is `clear` or its colour, with its alpha if that is between. */
export function readPng(bytes: Uint8Array): readonly (readonly string[])[] {
  const chunks = chunksOf(Buffer.from(bytes));
  const header = chunks[0]?.data ?? Buffer.alloc(13);
  const step = channels.get(header[9] ?? 0);
  if (step === undefined || header[8] !== 8 || header[12] !== 0)
    throw new Error('an answer that is no plain PNG in colour');
  const data = chunks.filter(({ name }) => name === 'IDAT').map((one) => one.data);
  const raw = inflateSync(Buffer.concat(data));
  const width = header.readUInt32BE(0);
  const stride = 1 + width * step;
  let before: Buffer = Buffer.alloc(stride - 1);
  return Array.from({ length: header.readUInt32BE(4) }, (_, row) => {
    before = readRow(raw.subarray(row * stride, (row + 1) * stride), before, step);
    return Array.from({ length: width }, (__, at) =>
      pixelText(before.subarray(at * step, (at + 1) * step)),
    );
  });
}
