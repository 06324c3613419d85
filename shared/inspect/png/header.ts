import { limits } from '../../limits.ts';
import type { Size } from '../../operations/operation.ts';
import { sourceRefusal } from '../../refusal.ts';
import { isIntact, type PngChunk } from './chunks.ts';

/** What IHDR says: https://www.w3.org/TR/png-3/#11IHDR */
export type PngHeader = Size & {
  /** Bits per channel, or per index into the palette. */
  readonly bits: number;
  readonly grey: boolean;
  readonly palette: boolean;
  readonly alpha: boolean;
  /** The bytes of all rows before compression; of an interlaced picture, at most. */
  readonly rawBytes: number;
};

const headerBytes = 13;
/** PNG's own limit for a side, 2^31 − 1. */
const longestSide = 0x7fffffff;

type ColourType = Pick<PngHeader, 'grey' | 'palette' | 'alpha'> & {
  readonly bits: readonly number[];
};

const truecolour = { grey: false, palette: false, bits: [8, 16] };

/** The colour types with the depths that each may have. */
const colourTypes: ReadonlyMap<number, ColourType> = new Map([
  [0, { grey: true, palette: false, alpha: false, bits: [1, 2, 4, 8, 16] }],
  [2, { ...truecolour, alpha: false }],
  [3, { grey: false, palette: true, alpha: false, bits: [1, 2, 4, 8] }],
  [4, { grey: true, palette: false, alpha: true, bits: [8, 16] }],
  [6, { ...truecolour, alpha: true }],
]);

const isSide = (side: number): boolean => side > 0 && side <= longestSide;

/** Channels once it is decoded: a palette becomes colours, and `alpha` also counts tRNS. */
export const countChannels = ({ grey }: Pick<PngHeader, 'grey'>, alpha: boolean): number =>
  (grey ? 1 : 3) + (alpha ? 1 : 0);

function checkSides({ width, height }: Size): void {
  if (!isSide(width) || !isSide(height))
    throw sourceRefusal('source_undecodable', `the PNG header says ${width}×${height} pixels`);
  if (Math.max(width, height) > limits.pngSide)
    throw sourceRefusal(
      'source_too_large',
      `${width}×${height}: a side of a PNG has ${limits.pngSide} pixels at most`,
    );
}

function checkInterlaced(header: PngHeader): void {
  const pixelBytes = countChannels(header, header.alpha) * (header.bits === 16 ? 2 : 1);
  if (header.width * header.height * pixelBytes > limits.interlacedBytes)
    throw sourceRefusal(
      'source_too_large',
      `an interlaced PNG has ${limits.interlacedBytes} bytes of pixels at most`,
    );
}

/** Reads IHDR. Throws a refusal if it is damaged or its structure alone is too costly. */
export function readPngHeader(chunk: PngChunk | undefined): PngHeader {
  if (chunk?.type !== 'IHDR' || chunk.data.length !== headerBytes || !isIntact(chunk))
    throw sourceRefusal('source_undecodable', 'the PNG header is missing or damaged');
  const view = new DataView(chunk.data.buffer, chunk.data.byteOffset, headerBytes);
  const size = { width: view.getUint32(0), height: view.getUint32(4) };
  const [bits = 0, type = 0, compression, filter, interlace = 0] = chunk.data.subarray(8);
  checkSides(size);
  const colourType = colourTypes.get(type);
  if (!colourType?.bits.includes(bits))
    throw sourceRefusal('source_undecodable', `colour type ${type} with ${bits} bits`);
  if (compression !== 0 || filter !== 0 || interlace > 1)
    throw sourceRefusal('source_undecodable', 'the PNG has an unknown compression or interlacing');
  const samples = type === 3 ? 1 : countChannels(colourType, colourType.alpha);
  const row = 1 + Math.ceil((size.width * samples * bits) / 8);
  // Adam7 has up to seven passes, each with rows and rounded bytes of its own.
  const rawBytes = row * size.height + (interlace === 1 ? 8 * (size.width + size.height) : 0);
  const header = { ...colourType, ...size, bits, rawBytes };
  if (interlace === 1) checkInterlaced(header);
  return header;
}
