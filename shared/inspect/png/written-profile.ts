import type { Curve } from './curves.ts';
import type { ColourVector, Matrix } from './matrix.ts';
import { connectionWhite } from './primaries.ts';

/*
 * An ICC profile of version 4: https://www.color.org/specification/ICC.1-2022-05.pdf. It has only what
 * the transformation reads, because it goes from here to the decoder and no further.
 */

type Tag = readonly [name: string, data: Uint8Array];

const headerBytes = 128;
const entryBytes = 12;

const writeText = (bytes: Uint8Array, at: number, text: string): void =>
  bytes.set(
    Array.from(text, (letter) => letter.charCodeAt(0)),
    at,
  );

/** Writes numbers as s15Fixed16: section 4.6. */
function writeFixed(bytes: Uint8Array, at: number, numbers: readonly number[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const [index, one] of numbers.entries())
    view.setInt32(at + 4 * index, Math.round(one * 0x10000));
}

/** A tag's data: its type, four reserved bytes, what the type adds, and numbers. */
function makeTagData(type: string, numbers: readonly number[], before = 8): Uint8Array {
  const data = new Uint8Array(before + 4 * numbers.length);
  writeText(data, 0, type);
  writeFixed(data, before, numbers);
  return data;
}

const makeXyz = (colour: ColourVector): Uint8Array => makeTagData('XYZ ', colour);

/** A parametricCurveType: section 10.18. */
function makeCurve(curve: Curve): Uint8Array {
  const data = makeTagData('para', curve, 12);
  // The type of the function: 0 has one number, 3 has five.
  data[9] = curve.length === 1 ? 0 : 3;
  return data;
}

function makeHeader(space: string, size: number): Uint8Array {
  const header = new Uint8Array(headerBytes);
  const view = new DataView(header.buffer);
  view.setUint32(0, size);
  view.setUint32(8, 0x04400000);
  writeText(header, 12, `mntr${space}XYZ `);
  writeText(header, 36, 'acsp');
  writeFixed(header, 68, connectionWhite);
  return header;
}

function makeProfile(space: string, tags: readonly Tag[]): Uint8Array {
  const dataStart = headerBytes + 4 + entryBytes * tags.length;
  const size = tags.reduce((sum, [, { length }]) => sum + length, dataStart);
  const profile = new Uint8Array(size);
  const view = new DataView(profile.buffer);
  profile.set(makeHeader(space, size));
  view.setUint32(headerBytes, tags.length);
  let at = dataStart;
  for (const [index, [name, data]] of tags.entries()) {
    const entry = headerBytes + 4 + entryBytes * index;
    writeText(profile, entry, name);
    view.setUint32(entry + 4, at);
    view.setUint32(entry + 8, data.length);
    profile.set(data, at);
    at += data.length;
  }
  return profile;
}

const white: Tag = ['wtpt', makeXyz(connectionWhite)];

/** Makes a profile for grey samples: section 8.3.4. */
export const makeGreyProfile = (curve: Curve): Uint8Array =>
  makeProfile('GRAY', [white, ['kTRC', makeCurve(curve)]]);

/** Makes a profile for colours. The columns of the matrix are red, green and blue: section 8.3.3. */
export function makeColourProfile([red, green, blue]: Matrix, curve: Curve): Uint8Array {
  const data = makeCurve(curve);
  return makeProfile('RGB ', [
    white,
    ['rXYZ', makeXyz(red)],
    ['gXYZ', makeXyz(green)],
    ['bXYZ', makeXyz(blue)],
    ['rTRC', data],
    ['gTRC', data],
    ['bTRC', data],
  ]);
}
