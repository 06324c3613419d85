import { limits } from '../../limits.ts';
import { sourceRefusal } from '../../refusal.ts';
import type { Inflate } from '../inspection.ts';
import { computeAdler32 } from './checksums.ts';
import { writePngChunk } from './chunks.ts';

/* iCCP: https://www.w3.org/TR/png-3/#11iCCP */

const mostNameBytes = 79;
/** A name of one letter, its end, and compression method 0: zlib. */
const head = Uint8Array.of(0x69, 0, 0);

/** zlib's header for a stream without compression: https://www.rfc-editor.org/rfc/rfc1950#section-2.2 */
const zlibHeader = Uint8Array.of(0x78, 0x01);
const storedHeadBytes = 5;
const mostStoredBytes = 0xffff;
const adlerBytes = 4;

function checkSize(tooLarge: boolean): void {
  if (tooLarge)
    throw sourceRefusal(
      'source_too_large',
      `the colour profile has more than ${limits.profileBytes} bytes`,
    );
}

/**
 * Reads the profile in an iCCP chunk; undefined if it is damaged. Throws a refusal if it is too large,
 * before the whole of it is inflated.
 */
export function readProfileChunk(data: Uint8Array, inflate: Inflate): Uint8Array | undefined {
  const nameEnd = data.subarray(0, mostNameBytes + 1).indexOf(0);
  if (nameEnd < 1 || data[nameEnd + 1] !== 0) return undefined;
  const packed = data.subarray(nameEnd + 2);
  checkSize(packed.length > limits.profileBytes);
  const profile = inflate(packed, limits.profileBytes);
  checkSize(profile === 'too_large');
  return profile === 'too_large' ? undefined : profile;
}

/**
 * Writes the zlib stream of stored blocks, so that no compressor is needed:
 * https://www.rfc-editor.org/rfc/rfc1951#section-3.2.4
 */
function storeZlib(bytes: Uint8Array, stream: Uint8Array): void {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  stream.set(zlibHeader);
  let to = zlibHeader.length;
  for (let from = 0; from < bytes.length; from += mostStoredBytes) {
    const block = bytes.subarray(from, from + mostStoredBytes);
    stream[to] = from + block.length === bytes.length ? 1 : 0;
    view.setUint16(to + 1, block.length, true);
    view.setUint16(to + 3, ~block.length, true);
    stream.set(block, to + storedHeadBytes);
    to += storedHeadBytes + block.length;
  }
  view.setUint32(to, computeAdler32(bytes));
}

/**
 * Writes an iCCP chunk. The name and the compressed form of the file are not kept, because both can
 * hide other data.
 */
export function writeProfileChunk(profile: Uint8Array): Uint8Array {
  const blocks = Math.ceil(profile.length / mostStoredBytes);
  const zlibBytes = zlibHeader.length + blocks * storedHeadBytes + profile.length + adlerBytes;
  const data = new Uint8Array(head.length + zlibBytes);
  data.set(head);
  storeZlib(profile, data.subarray(head.length));
  return writePngChunk('iCCP', data);
}
