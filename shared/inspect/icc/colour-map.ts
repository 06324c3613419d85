import { type ColourVector, type Matrix, solveMatrix } from '../png/matrix.ts';
import { srgbPrimaries, toConnectionSpace } from '../png/primaries.ts';
import { findTag, readSignature } from './profile-header.ts';
import { readTransfer, toSrgbLevel } from './transfer.ts';

/*
 * Profiles of three curves and a matrix: https://www.color.org/specification/ICC.1-2022-05.pdf, section 8.3.3. Colour
 * engines take samples of 16 bits by way of a coarse table, which is up to 11 of 255 wrong where sRGB ends.
 */

/** From samples of 16 bits to sRGB. */
export type ColourMap = {
  /** The light of each sample of red, green and blue. */
  readonly lights: readonly [Float32Array, Float32Array, Float32Array];
  /** The light of sRGB that the light of each of the three makes. */
  readonly matrix: Matrix;
  /** The level in sRGB of light in steps of 1/65,535. */
  readonly levels: Uint8Array;
};

const most = 0xffff;
const samples = { length: most + 1 };

function readLights(profile: Uint8Array, tag: string): Float32Array | undefined {
  const transfer = readTransfer(profile, tag);
  return transfer && Float32Array.from(samples, (_, sample) => transfer(sample / most));
}

/** Reads an XYZType (section 10.31) as light of sRGB. */
function readColumn(profile: Uint8Array, tag: string): ColourVector | undefined {
  const srgb = toConnectionSpace(srgbPrimaries);
  const at = findTag(profile, tag);
  if (at === undefined || at + 20 > profile.length || srgb === undefined) return undefined;
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  const read = (index: number): number => view.getInt32(at + 8 + 4 * index) / 0x10000;
  return solveMatrix(srgb, [read(0), read(1), read(2)]);
}

/**
 * Reads how a profile maps samples of 16 bits to sRGB, by relative colorimetry and without compensation of the black
 * point. Undefined if it does so by tables of colours.
 */
export function readColourMap(profile: Uint8Array): ColourMap | undefined {
  const hasTables = ['A2B0', 'A2B1', 'A2B2'].some((tag) => findTag(profile, tag) !== undefined);
  if (hasTables || readSignature(profile, 20) !== 'XYZ ') return undefined;
  const [r, g, b] = ['rTRC', 'gTRC', 'bTRC'].map((tag) => readLights(profile, tag));
  const [x, y, z] = ['rXYZ', 'gXYZ', 'bXYZ'].map((tag) => readColumn(profile, tag));
  if (!r || !g || !b || !x || !y || !z) return undefined;
  const levels = Uint8Array.from(samples, (_, light) => toSrgbLevel(light / most));
  return { lights: [r, g, b], matrix: [x, y, z], levels };
}
