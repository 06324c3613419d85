import { findTag, readSignature } from './profile-header.ts';

/*
 * Transfer functions of a profile: https://www.color.org/specification/ICC.1-2022-05.pdf, sections 10.6 and 10.18.
 */

/** A transfer function, from a sample to light or lightness, both 0 to 1. */
export type Transfer = (sample: number) => number;

/** The numbers of each parametric type: g, a, b, c, d, e, f. */
const parameterCounts = [1, 3, 4, 5, 7];

/** Reads a parametricCurveType: section 10.18. */
function readParametric(view: DataView, at: number): Transfer | undefined {
  const type = view.getUint16(at + 8);
  const count = parameterCounts[type] ?? 0;
  if (count === 0 || at + 12 + 4 * count > view.byteLength) return undefined;
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from(
    { length: count },
    (_, index) => view.getInt32(at + 12 + 4 * index) / 0x10000,
  );
  // Types 1 and 2 begin at -b/a and add c everywhere. Types 3 and 4 begin at d, and are straight before.
  if (type < 3) return (x) => (a * x + b >= 0 ? (a * x + b) ** g + c : c);
  return (x) => (x >= d ? (a * x + b) ** g + e : c * x + f);
}

/** Reads a curveType: section 10.6. */
function readSampled(view: DataView, at: number): Transfer | undefined {
  const count = view.getUint32(at + 8);
  if (at + 12 + 2 * count > view.byteLength) return undefined;
  const entry = (index: number): number => view.getUint16(at + 12 + 2 * index);
  if (count === 0) return (x) => x;
  if (count === 1) return (x) => x ** (entry(0) / 0x100);
  return (x) => {
    const place = x * (count - 1);
    const below = Math.min(Math.floor(place), count - 2);
    const [from, to] = [entry(below), entry(below + 1)];
    return (from + (to - from) * (place - below)) / 0xffff;
  };
}

/** Reads the curve of a tag; undefined if the profile has none that is sound. */
export function readTransfer(profile: Uint8Array, tag: string): Transfer | undefined {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  const at = findTag(profile, tag);
  if (at === undefined || at + 12 > profile.length) return undefined;
  return readSignature(profile, at) === 'para' ? readParametric(view, at) : readSampled(view, at);
}

/** The level of light in sRGB, 0 to 255: IEC 61966-2-1. */
export function toSrgbLevel(light: number): number {
  const within = Math.min(Math.max(light, 0), 1);
  const level = within <= 0.0031308 ? 12.92 * within : 1.055 * within ** (1 / 2.4) - 0.055;
  return Math.round(255 * level);
}
