import { limits } from '../../limits.ts';
import { sourceRefusal } from '../../refusal.ts';

/*
 * The container of WebP: https://www.rfc-editor.org/rfc/rfc9649.html#section-2.3. All numbers are
 * little-endian. A chunk with an odd size has one more byte of padding.
 */

/** A chunk: its four-character code, and its payload without padding. */
export type RiffChunk = { readonly name: string; readonly data: Uint8Array };

const chunkHeaderBytes = 8;
const riffHeaderBytes = 12;

/** Makes the refusal of a WebP that no decoder reads. `reason` is one sentence without a full stop. */
export const damagedWebp = (reason: string) => sourceRefusal('source_undecodable', reason);

/** A Node.js Buffer creates parts of itself many times slower than a Uint8Array does. */
const plainBytes = ({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function readName(bytes: Uint8Array, at: number): string {
  const [first = 0, second = 0] = [bytes[at], bytes[at + 1]];
  return String.fromCharCode(first, second, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0);
}

/** Reads the chunks of a file or of a frame. Fewer than eight bytes at the end are no chunk. */
export function* readRiffChunks(bytes: Uint8Array): Generator<RiffChunk> {
  const view = viewOf(bytes);
  let at = 0;
  for (let count = 1; at + chunkHeaderBytes <= bytes.length; count += 1) {
    if (count > limits.sourceParts)
      throw sourceRefusal('source_too_large', `more than ${limits.sourceParts} chunks`);
    const start = at + chunkHeaderBytes;
    const size = view.getUint32(at + 4, true);
    if (size > bytes.length - start) throw damagedWebp('a chunk ends behind the file');
    yield { name: readName(bytes, at), data: bytes.subarray(start, start + size) };
    at = start + size + (size % 2);
  }
}

/**
 * Returns the chunks of a WebP. Bytes behind the RIFF size are not part of the image. A RIFF size
 * behind the end of the file is refused, because the upload was incomplete.
 */
export function openRiff(bytes: Uint8Array): Uint8Array {
  if (bytes.length < riffHeaderBytes || readName(bytes, 0) !== 'RIFF')
    throw damagedWebp('no RIFF header');
  if (readName(bytes, 8) !== 'WEBP') throw damagedWebp('a RIFF file of another type');
  const end = chunkHeaderBytes + viewOf(bytes).getUint32(4, true);
  if (end > bytes.length) throw damagedWebp('the file is shorter than its RIFF size');
  return plainBytes(bytes).subarray(riffHeaderBytes, end);
}

/** Encodes a number in little-endian order. */
export const littleEndian = (value: number, bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, at) => Math.floor(value / 256 ** at));

/** Writes a chunk as parts, with its padding. */
export function writeRiffChunk(name: string, parts: readonly Uint8Array[]): readonly Uint8Array[] {
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  const code = Uint8Array.from(name, (one) => one.charCodeAt(0));
  return [code, littleEndian(size, 4), ...parts, new Uint8Array(size % 2)];
}

/** Writes the file around its chunks. */
export function writeRiff(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  return writeRiffChunk('RIFF', [Uint8Array.from('WEBP', (one) => one.charCodeAt(0)), ...chunks]);
}
