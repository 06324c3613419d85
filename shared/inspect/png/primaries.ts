import { applyMatrix, type ColourVector, type Matrix, scaleVector, solveMatrix } from './matrix.ts';

/** x and y of a colour. */
type Chromaticity = readonly [x: number, y: number];

/** White, red, green and blue. */
export type Primaries = readonly [Chromaticity, Chromaticity, Chromaticity, Chromaticity];

const d65: Chromaticity = [0.3127, 0.329];
const illuminantC: Chromaticity = [0.31, 0.316];

/** https://www.w3.org/TR/png-3/#sRGB-gamma-chromaticities */
export const srgbPrimaries: Primaries = [d65, [0.64, 0.33], [0.3, 0.6], [0.15, 0.06]];
const smpte170: Primaries = [d65, [0.63, 0.34], [0.31, 0.595], [0.155, 0.07]];

const p3 = [
  [0.68, 0.32],
  [0.265, 0.69],
  [0.15, 0.06],
] as const;

/** The primaries that cICP can name: https://www.itu.int/rec/T-REC-H.273, table 2. */
export const codedPrimaries: ReadonlyMap<number, Primaries> = new Map<number, Primaries>([
  [1, srgbPrimaries],
  [4, [illuminantC, [0.67, 0.33], [0.21, 0.71], [0.14, 0.08]]],
  [5, [d65, [0.64, 0.33], [0.29, 0.6], [0.15, 0.06]]],
  [6, smpte170],
  [7, smpte170],
  [8, [illuminantC, [0.681, 0.319], [0.243, 0.692], [0.145, 0.049]]],
  [9, [d65, [0.708, 0.292], [0.17, 0.797], [0.131, 0.046]]],
  [
    10,
    [
      [1 / 3, 1 / 3],
      [1, 0],
      [0, 1],
      [0, 0],
    ],
  ],
  [11, [[0.314, 0.351], ...p3]],
  [12, [d65, ...p3]],
  [22, [d65, [0.63, 0.34], [0.295, 0.605], [0.155, 0.077]]],
]);

/** The white of the profile connection space: https://www.color.org/specification/ICC.1-2022-05.pdf, section 7.2.16 */
export const connectionWhite: ColourVector = [0.9642, 1, 0.8249];

/** Bradford's cone responses, which ICC recommends for adaptation: the same document, annex E.3. */
const bradford: Matrix = [
  [0.8951, -0.7502, 0.0389],
  [0.2664, 1.7135, -0.0685],
  [-0.1614, 0.0367, 1.0296],
];

/** A colour of any brightness, because a primary may have none. */
const toXyz = ([x, y]: Chromaticity): ColourVector => [x, y, 1 - x - y];

/** Moves a colour from one white to the connection space's. */
function adaptColour(colour: ColourVector, white: ColourVector): ColourVector {
  const [l, m, s] = applyMatrix(bradford, colour);
  const from = applyMatrix(bradford, white);
  const to = applyMatrix(bradford, connectionWhite);
  const seen: ColourVector = [(l * to[0]) / from[0], (m * to[1]) / from[1], (s * to[2]) / from[2]];
  return solveMatrix(bradford, seen);
}

/** The largest number of a matrix that makes sense. ProPhoto, the widest space in use, stays below 1. */
const largest = 2;

const isSound = (column: ColourVector): boolean => column.every((one) => Math.abs(one) <= largest);

/**
 * Computes XYZ of red, green and blue in the connection space; undefined if no light of these colours
 * can make the white.
 */
export function toConnectionSpace([white, red, green, blue]: Primaries): Matrix | undefined {
  const primaries: Matrix = [toXyz(red), toXyz(green), toXyz(blue)];
  const light = scaleVector(toXyz(white), 1 / white[1]);
  const [r, g, b] = solveMatrix(primaries, light);
  const adapt = (colour: ColourVector, amount: number) =>
    adaptColour(scaleVector(colour, amount), light);
  const [x, y, z] = primaries;
  const matrix: Matrix = [adapt(x, r), adapt(y, g), adapt(z, b)];
  return Math.min(r, g, b) > 0 && matrix.every(isSound) ? matrix : undefined;
}

const isNear = (value: number, wanted: number): boolean => Math.abs(value / wanted - 1) <= 0.01;

/** Whether each coordinate is within 1 % of sRGB's. */
export const isNearSrgbPrimaries = (primaries: Primaries): boolean =>
  primaries.flat().every((value, at) => isNear(value, srgbPrimaries.flat()[at] ?? 0));
