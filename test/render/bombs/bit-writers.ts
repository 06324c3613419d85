/** Writes numbers as bits. */
export type BitWriter = {
  readonly write: (value: number, bits: number) => void;
  readonly finish: () => Buffer;
};

/** The lowest bit first, as GIF and lossless WebP do. Unused bits of the last byte are 0. */
export function lowestFirst(): BitWriter {
  const bytes: number[] = [];
  let held = 0;
  let count = 0;
  return {
    write: (value, bits) => {
      held += value * 2 ** count;
      count += bits;
      for (; count >= 8; count -= 8) {
        bytes.push(held % 256);
        held = Math.floor(held / 256);
      }
    },
    finish: () => Buffer.from(count > 0 ? [...bytes, held] : bytes),
  };
}

/** The highest bit first, as JPEG does. Unused bits of the last byte are 1, and 0xFF is followed by a 0. */
export function highestFirst(): BitWriter {
  const bytes: number[] = [];
  let held = 0;
  let count = 0;
  const push = (byte: number) => {
    bytes.push(byte);
    if (byte === 0xff) bytes.push(0);
  };
  const write = (value: number, bits: number) => {
    held = held * 2 ** bits + value;
    count += bits;
    for (; count >= 8; count -= 8) {
      push(Math.floor(held / 2 ** (count - 8)));
      held %= 2 ** (count - 8);
    }
  };
  return {
    write,
    finish: () => {
      if (count > 0) write(2 ** (8 - count) - 1, 8 - count);
      return Buffer.from(bytes);
    },
  };
}

/** Repeatable noise from 0 to `below` - 1. */
export function noiseBytes(length: number, below = 256): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 42;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 1;
    bytes[at] = (state >> 12) % below;
  }
  return bytes;
}
