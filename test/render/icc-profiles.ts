import { deflateSync } from 'node:zlib';
import { jpegSegment, pngChunk, withSegments } from './encoders.ts';

/* Colour profiles by hand, for what no library writes: https://www.color.org/specification/ICC.1-2001-04.pdf */

const fixed = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(Math.round(value * 65_536));
  return bytes;
};

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const xyz = (x: number, y: number, z: number): Buffer =>
  Buffer.concat([Buffer.from('XYZ \0\0\0\0', 'latin1'), fixed(x), fixed(y), fixed(z)]);

/** A curve that is one exponent, in eighths of a bit behind the point. */
const gamma = (exponent: number): Buffer => {
  const bytes = Buffer.alloc(16);
  bytes.write('curv', 'latin1');
  bytes.writeUInt32BE(1, 8);
  bytes.writeUInt16BE(Math.round(exponent * 256), 12);
  return bytes;
};

function profile(space: 'RGB ' | 'GRAY', tags: readonly (readonly [string, Buffer])[]): Buffer {
  const table = 4 + 12 * tags.length;
  const places = tags.map((_, at) =>
    tags.slice(0, at).reduce((sum, [, { length }]) => sum + length, 128 + table),
  );
  const entries = tags.map(([name, data], at) =>
    Buffer.concat([Buffer.from(name, 'latin1'), word(places[at] ?? 0), word(data.length)]),
  );
  const body = Buffer.concat([word(tags.length), ...entries, ...tags.map(([, data]) => data)]);
  const header = Buffer.alloc(128);
  header.writeUInt32BE(128 + body.length, 0);
  header.writeUInt32BE(0x02400000, 8);
  header.write('mntr', 12, 'latin1');
  header.write(space, 16, 'latin1');
  header.write('XYZ ', 20, 'latin1');
  header.write('acsp', 36, 'latin1');
  xyz(0.9642, 1, 0.8249).copy(header, 68, 8);
  return Buffer.concat([header, body]);
}

const white = ['wtpt', xyz(0.9642, 1, 0.8249)] as const;
const curves = (exponent: number) =>
  (['rTRC', 'gTRC', 'bTRC'] as const).map((name) => [name, gamma(exponent)] as const);

/** sRGB's primaries, as the profile connection space sees them (D50). */
const red = xyz(0.436, 0.2225, 0.0139);
const green = xyz(0.3851, 0.7169, 0.0971);
const blue = xyz(0.1431, 0.0606, 0.7139);

/** What is written as red is meant as green, green as blue, blue as red. */
export const turnedProfile = profile('RGB ', [
  white,
  ['rXYZ', green],
  ['gXYZ', blue],
  ['bXYZ', red],
  ...curves(2.2),
]);

/** Adobe RGB (1998): a green that no screen of sRGB shows. */
export const adobeProfile = profile('RGB ', [
  white,
  ['rXYZ', xyz(0.60974, 0.31111, 0.01947)],
  ['gXYZ', xyz(0.20528, 0.62567, 0.06087)],
  ['bXYZ', xyz(0.14919, 0.06322, 0.74457)],
  ...curves(2.2),
]);

/** Grey whose light is an exponent of its samples. */
export const greyProfile = (exponent: number): Buffer =>
  profile('GRAY', [white, ['kTRC', gamma(exponent)]]);

/** Grey in proportion to its light. */
export const linearGreyProfile = greyProfile(1);

/** The same PNG with a profile before its pixels. */
export function pngWith(png: Buffer, icc: Buffer): Buffer {
  const data = Buffer.concat([Buffer.from('profile\0\0', 'latin1'), deflateSync(icc)]);
  return Buffer.concat([png.subarray(0, 33), pngChunk('iCCP', data), png.subarray(33)]);
}

/** The same JPEG with a profile in one segment. */
export function jpegWith(jpeg: Buffer, icc: Buffer): Buffer {
  const head = Buffer.from('ICC_PROFILE\0\u0001\u0001', 'latin1');
  return withSegments(jpeg, [jpegSegment(0xe2, Buffer.concat([head, icc]))]);
}
