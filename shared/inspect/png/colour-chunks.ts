import { sourceRefusal } from '../../refusal.ts';
import { type Curve, codedCurves, codedLight, isNearSrgbCurve } from './curves.ts';
import { codedPrimaries, type Primaries, srgbPrimaries, toConnectionSpace } from './primaries.ts';

/** What the colour chunks of a PNG say without a profile. */
export type ColourSpace = {
  readonly primaries: Primaries;
  readonly curve: Curve;
  /** The light of the largest sample; 1, the light of white, if left out. */
  readonly light?: number;
};

/** Transfer functions for high dynamic range: https://www.itu.int/rec/T-REC-H.273, table 3. */
const highRange: ReadonlyMap<number, string> = new Map([
  [16, 'PQ'],
  [18, 'HLG'],
]);

/**
 * Reads cICP: https://www.w3.org/TR/png-3/#cICP-chunk; undefined if it has a matrix, a narrow range or
 * a code without colours. Throws a refusal for high dynamic range, which cannot be drawn as sRGB.
 */
export function readCodedSpace(data: Uint8Array): ColourSpace | undefined {
  const [primariesCode = 0, curveCode = 0, matrix, fullRange] = data;
  if (data.length !== 4) return undefined;
  const high = highRange.get(curveCode);
  if (high) throw sourceRefusal('source_unsupported', `the PNG has high dynamic range (${high})`);
  const primaries = codedPrimaries.get(primariesCode);
  const curve = codedCurves.get(curveCode);
  if (matrix !== 0 || fullRange !== 1 || !primaries || !curve) return undefined;
  return { primaries, curve, light: codedLight.get(curveCode) ?? 1 };
}

/** gAMA and cHRM count in steps of 1/100,000. */
const steps = 100_000;

const readNumbers = (data: Uint8Array): readonly number[] => {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: data.length / 4 }, (_, at) => view.getUint32(at * 4) / steps);
};

/** Exponents that a picture can have. Most files have 1 to 2.8. */
const exponents = { least: 0.1, most: 10 } as const;

/** Reads gAMA: https://www.w3.org/TR/png-3/#11gAMA; undefined if its value makes no sense. */
export function readGamma(data: Uint8Array): Curve | undefined {
  const [gamma = 0] = data.length === 4 ? readNumbers(data) : [];
  const exponent = 1 / gamma;
  return exponent >= exponents.least && exponent <= exponents.most ? [exponent] : undefined;
}

/** Reads cHRM: https://www.w3.org/TR/png-3/#11cHRM; undefined if its colours cannot make its white. */
export function readChromaticities(data: Uint8Array): Primaries | undefined {
  if (data.length !== 32) return undefined;
  const numbers = readNumbers(data);
  const pair = (at: number) => [numbers[at] ?? 0, numbers[at + 1] ?? 0] as const;
  const primaries: Primaries = [pair(0), pair(2), pair(4), pair(6)];
  return toConnectionSpace(primaries) && primaries;
}

/**
 * How near to sRGB's a gamma without cHRM counts as sRGB's curve, as in browsers: the threshold of libpng
 * (PNG_GAMMA_THRESHOLD).
 */
const gammaThreshold = 0.05;

/** Without cHRM the primaries are sRGB's. cHRM without gAMA counts for nothing, as in browsers. */
export function combineSpace(
  curve: Curve | undefined,
  primaries: Primaries | undefined,
): ColourSpace | undefined {
  if (curve === undefined) return undefined;
  const isUsual = primaries === undefined && isNearSrgbCurve(curve, gammaThreshold);
  return isUsual ? undefined : { curve, primaries: primaries ?? srgbPrimaries };
}
