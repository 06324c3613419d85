import { limits } from '../../limits.ts';
import { sourceRefusal } from '../../refusal.ts';
import { isIntact, type PngChunk, readPngChunks } from './chunks.ts';
import { type PngHeader, readPngHeader } from './header.ts';

/** What counts of a PNG. */
export type PngParts = {
  readonly header: PngHeader;
  /** The header, the palette and the ancillary chunks that count, by type. */
  readonly chunks: ReadonlyMap<string, PngChunk>;
  /** All IDAT chunks as they are in the file. Their CRCs are not checked here: the decoder does it. */
  readonly pixels: Uint8Array;
};

/**
 * The ancillary chunks that count, and the chunks behind which decoders ignore them:
 * https://www.w3.org/TR/png-3/#5ChunkOrdering
 */
const ignoredBehind: ReadonlyMap<string, readonly string[]> = new Map([
  ['cICP', ['PLTE', 'IDAT']],
  ['iCCP', ['PLTE', 'IDAT']],
  ['sRGB', ['PLTE', 'IDAT']],
  ['gAMA', ['PLTE', 'IDAT']],
  ['cHRM', ['PLTE', 'IDAT']],
  ['tRNS', ['IDAT']],
  ['eXIf', ['IDAT']],
]);

type Seen = ReadonlyMap<string, PngChunk>;

/** A capital first letter: a decoder that does not know the chunk cannot draw the picture. */
const isCritical = (type: string): boolean => /^[A-Z]/.test(type);

const checkForm = (type: string | undefined): void => {
  if (type === 'CgBI') throw sourceRefusal('source_unsupported', "the PNG has Apple's form CgBI");
};

function checkCritical({ type }: PngChunk, seen: Seen): void {
  checkForm(type);
  if (type !== 'PLTE' || seen.has('PLTE') || seen.has('IDAT'))
    throw sourceRefusal('source_undecodable', `unexpected PNG chunk ${type}`);
}

/** Whether an ancillary chunk counts. Decoders ignore a damaged, repeated or late one. */
function isUsed(chunk: PngChunk, seen: Seen): boolean {
  const late = ignoredBehind.get(chunk.type)?.some((type) => seen.has(type)) ?? true;
  return !late && !seen.has(chunk.type) && isIntact(chunk);
}

/** Returns where the pixels end with this chunk. */
function extendPixels({ start, whole }: PngChunk, end: number): number {
  if (end > 0 && start !== end)
    throw sourceRefusal('source_undecodable', 'the IDAT chunks are not consecutive');
  return start + whole.length;
}

/**
 * Refuses far more compressed data than the pixels can need. libpng decompresses what is behind the pixels, too: 49 MB
 * of it are 50 GB. Even stored data is only a little longer than the pixels.
 */
function checkPixelBytes({ rawBytes }: PngHeader, bytes: number): void {
  if (bytes > rawBytes * limits.compressedShare + limits.compressedBytes)
    throw sourceRefusal('source_undecodable', `${bytes} bytes of IDAT for ${rawBytes} of pixels`);
}

/** Reads a PNG in one pass. Throws a refusal if its structure is damaged. */
export function readPngParts(bytes: Uint8Array): PngParts {
  const walk = readPngChunks(bytes);
  const first = walk.next().value;
  checkForm(first?.type);
  const header = readPngHeader(first);
  const chunks = new Map<string, PngChunk>(first && [['IHDR', first]]);
  let [end, packedBytes] = [0, 0];
  for (const chunk of walk) {
    if (chunk.type === 'IDAT') {
      end = extendPixels(chunk, end);
      packedBytes += chunk.data.length;
    } else if (isCritical(chunk.type)) checkCritical(chunk, chunks);
    else if (!isUsed(chunk, chunks)) continue;
    if (!chunks.has(chunk.type)) chunks.set(chunk.type, chunk);
  }
  const start = chunks.get('IDAT')?.start;
  if (start === undefined) throw sourceRefusal('source_undecodable', 'the PNG has no whole IDAT');
  checkPixelBytes(header, packedBytes);
  return { header, chunks, pixels: bytes.subarray(start, end) };
}
