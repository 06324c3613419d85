import { joinBytes } from '../join-bytes.ts';
import { damagedGif } from './blocks.ts';

/* The codes of an image: https://www.w3.org/Graphics/GIF/spec-gif89a.txt, section 22 and appendix F. */

const mostCodes = 4_096;
const mostCodeBits = 12;

/** The strings of indices that codes stand for. Each is that of another code and one more index. */
type Strings = {
  readonly prefixes: Uint16Array;
  readonly lasts: Uint8Array;
  readonly firsts: Uint8Array;
  readonly lengths: Uint16Array;
};

function createStrings(roots: number): Strings {
  const strings = {
    prefixes: new Uint16Array(mostCodes),
    lasts: new Uint8Array(mostCodes),
    firsts: new Uint8Array(mostCodes),
    lengths: new Uint16Array(mostCodes),
  };
  for (let code = 0; code < roots; code += 1) {
    strings.lasts[code] = code;
    strings.firsts[code] = code;
    strings.lengths[code] = 1;
  }
  return strings;
}

/** Adds the string of `before` and the first index of `code`, which may be the new string itself. */
function addString(strings: Strings, at: number, before: number, code: number): void {
  const { prefixes, lasts, firsts, lengths } = strings;
  prefixes[at] = before;
  firsts[at] = firsts[before] ?? 0;
  lasts[at] = firsts[code === at ? before : code] ?? 0;
  lengths[at] = (lengths[before] ?? 0) + 1;
}

/** Writes the string of a code from `start` on, as far as there is room. Returns where it ends. */
function writeString(strings: Strings, code: number, indices: Uint8Array, start: number): number {
  const end = start + (strings.lengths[code] ?? 0);
  let from = code;
  for (let at = end - 1; at >= start; at -= 1) {
    if (at < indices.length) indices[at] = strings.lasts[from] ?? 0;
    from = strings.prefixes[from] ?? 0;
  }
  return Math.min(end, indices.length);
}

/** The data in sub-blocks (section 15), without their sizes. */
function joinSubBlocks(blocks: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; (blocks[at] ?? 0) > 0; at += 1 + (blocks[at] ?? 0))
    parts.push(blocks.subarray(at + 1, at + 1 + (blocks[at] ?? 0)));
  return joinBytes(parts);
}

/** Reads a code, lowest bit first; undefined behind the end. */
function readCode(data: Uint8Array, bit: number, size: number): number | undefined {
  if (bit + size > data.length * 8) return undefined;
  const at = bit >> 3;
  const three = (data[at] ?? 0) + ((data[at + 1] ?? 0) << 8) + ((data[at + 2] ?? 0) << 16);
  return (three >> (bit & 7)) & ((1 << size) - 1);
}

type Reading = {
  readonly strings: Strings;
  /** The minimum code size. */
  readonly bits: number;
  /** The code that stands for the next new string, and the one before; -1 behind a clear code. */
  next: number;
  before: number;
  /** The bits of a code. */
  size: number;
};

function clearStrings(reading: Reading): void {
  reading.next = (1 << reading.bits) + 2;
  reading.before = -1;
  reading.size = reading.bits + 1;
}

/** Adds the string that a code completes. Throws a refusal if the code cannot be there. */
function takeCode(reading: Reading, code: number): void {
  const { strings, bits, next, before } = reading;
  reading.before = code;
  if (before < 0 ? code > 1 << bits : code > next)
    throw damagedGif('an image contains an invalid code');
  if (before < 0 || next === mostCodes) return;
  addString(strings, next, before, code);
  reading.next += 1;
  if (reading.next === 1 << reading.size && reading.size < mostCodeBits) reading.size += 1;
}

/**
 * Unpacks the indices of an image, `most` at most; fewer if its data ends early. Throws a refusal for a code that
 * cannot be there. `data` is its minimum code size and its sub-blocks.
 */
export function unpackIndices(data: Uint8Array, most: number): Uint8Array {
  const [bits = 0] = data;
  const packed = joinSubBlocks(data.subarray(1));
  const clear = 1 << bits;
  const reading = { strings: createStrings(clear), bits, next: 0, before: -1, size: 0 };
  clearStrings(reading);
  const indices = new Uint8Array(most);
  let written = 0;
  let bit = 0;
  while (written < most) {
    const code = readCode(packed, bit, reading.size);
    bit += reading.size;
    if (code === undefined || code === clear + 1) break;
    if (code === clear) clearStrings(reading);
    else {
      takeCode(reading, code);
      written = writeString(reading.strings, code, indices, written);
    }
  }
  return indices.subarray(0, written);
}

const rootBits = 8;
const codeBits = rootBits + 1;
const clearCode = 1 << rootBits;
/** With so many codes between two clear codes, all have 9 bits. */
const run = 250;

function* listCodes(indices: Uint8Array): Generator<number> {
  for (let at = 0; at < indices.length; at += 1) {
    if (at % run === 0) yield clearCode;
    yield indices[at] ?? 0;
  }
  yield clearCode + 1;
}

/** Packs indices as a minimum code size and sub-blocks. They are not compressed: only a decoder reads them. */
export function packIndices(indices: Uint8Array): Uint8Array {
  const count = indices.length + Math.ceil(indices.length / run) + 1;
  const data = new Uint8Array(Math.ceil((count * codeBits) / 8));
  let bit = 0;
  for (const code of listCodes(indices)) {
    const shifted = code << (bit & 7);
    data[bit >> 3] = (data[bit >> 3] ?? 0) | (shifted & 0xff);
    data[(bit >> 3) + 1] = shifted >> 8;
    bit += codeBits;
  }
  const blocks = Array.from({ length: Math.ceil(data.length / 255) }, (_, index) =>
    data.subarray(index * 255, (index + 1) * 255),
  );
  const sized = blocks.flatMap((block) => [Uint8Array.of(block.length), block]);
  return joinBytes([Uint8Array.of(rootBits), ...sized, Uint8Array.of(0)]);
}
