import type { SourceType } from '../../shared/operations/image-type.ts';
import { joinUnits, splitUnits } from './units.ts';

/** Returns a whole number from 0 to `below` - 1. */
export type Draw = (below: number) => number;

type Units = readonly Buffer[];

/** A mutated file stays below this, so that no case is slow only for its length. */
const maxBytes = 1_500_000;
const extremes = [0, 1, 2, 255, 256, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

const pick = <T>(draw: Draw, all: readonly [T, ...T[]]): T => all[draw(all.length)] ?? all[0];

const randomBytes = (draw: Draw, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => draw(256)));

const replace = (units: Units, at: number, ...by: readonly Buffer[]): Units => [
  ...units.slice(0, at),
  ...by,
  ...units.slice(at + 1),
];

/** Writes an extreme number over two, three or four bytes, mostly near the start, where fields are. */
function setField(draw: Draw, unit: Buffer): Buffer {
  const copy = Buffer.from(unit);
  const size = 2 + draw(3);
  if (copy.length < size) return copy;
  const at = draw(Math.min(copy.length - size + 1, draw(4) === 0 ? copy.length : 40));
  const value = (extremes[draw(extremes.length)] ?? 0) % 2 ** (8 * size);
  if (draw(2) === 0) copy.writeUIntBE(value, at, size);
  else copy.writeUIntLE(value, at, size);
  return copy;
}

function flipBits(draw: Draw, unit: Buffer): Buffer {
  const copy = Buffer.from(unit);
  if (copy.length === 0) return copy;
  for (let left = 1 + draw(6); left > 0; left -= 1) {
    const at = draw(copy.length);
    copy[at] = (copy[at] ?? 0) ^ (1 << draw(8));
  }
  return copy;
}

/** Makes a few units of one: repeated, and often enough to reach the limits of a decoder. */
function repeat(draw: Draw, unit: Buffer): Units {
  const times = pick(draw, [2, 3, 17, 250, 3_000]);
  const most = Math.max(1, Math.floor(maxBytes / Math.max(1, unit.length)));
  return Array<Buffer>(Math.min(times, most)).fill(unit);
}

type Mutation = (draw: Draw, units: Units, at: number, other: Units) => Units;

const mutations: readonly [Mutation, ...Mutation[]] = [
  (_draw, units, at) => replace(units, at),
  (draw, units, at) => replace(units, at, ...repeat(draw, units[at] ?? Buffer.alloc(0))),
  (draw, units, at) => replace(units, at, setField(draw, units[at] ?? Buffer.alloc(0))),
  (draw, units, at) => replace(units, at, setField(draw, units[at] ?? Buffer.alloc(0))),
  (draw, units, at) => replace(units, at, flipBits(draw, units[at] ?? Buffer.alloc(0))),
  (draw, units, at) => {
    const unit = units[at] ?? Buffer.alloc(0);
    return replace(units, at, unit.subarray(0, draw(unit.length + 1)));
  },
  (draw, units, at) =>
    replace(units, at, units[at] ?? Buffer.alloc(0), randomBytes(draw, 1 + draw(40))),
  (draw, units, at) => {
    const with_ = draw(units.length);
    const [one, two] = [units[at] ?? Buffer.alloc(0), units[with_] ?? Buffer.alloc(0)];
    return replace(replace(units, at, two), with_, one);
  },
  (draw, units, at, other) =>
    replace(units, at, units[at] ?? Buffer.alloc(0), other[draw(other.length)] ?? Buffer.alloc(0)),
];

/**
 * Mutates a sound file one to four times, with what its container consists of. `other` is another sound
 * file of the type, whose units are mixed in. Nine of ten results have the right checksums and sizes.
 */
export function mutate(draw: Draw, type: SourceType, sound: Buffer, other: Buffer): Buffer {
  const foreign = splitUnits[type](other);
  let units = splitUnits[type](sound);
  for (let left = 1 + draw(4); left > 0; left -= 1) {
    // The signature is changed rarely, because a file without it is refused at once.
    const at = draw(20) === 0 ? 0 : 1 + draw(Math.max(1, units.length - 1));
    units = pick(draw, mutations)(draw, units, at, foreign);
  }
  const join = draw(10) === 0 ? Buffer.concat : joinUnits[type];
  return join(units).subarray(0, maxBytes);
}
