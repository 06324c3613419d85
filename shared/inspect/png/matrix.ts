/* Linear algebra of three colour channels. */

export type ColourVector = readonly [number, number, number];

/** Three columns. */
export type Matrix = readonly [ColourVector, ColourVector, ColourVector];

const multiplyDot = (a: ColourVector, b: ColourVector): number =>
  a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

const multiplyCross = (a: ColourVector, b: ColourVector): ColourVector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** Multiplies a vector by a number. */
export const scaleVector = ([x, y, z]: ColourVector, by: number): ColourVector => [
  x * by,
  y * by,
  z * by,
];

/** Multiplies a matrix by a number. */
export const scaleMatrix = ([a, b, c]: Matrix, by: number): Matrix => [
  scaleVector(a, by),
  scaleVector(b, by),
  scaleVector(c, by),
];

/** Multiplies a matrix by a vector. */
export function applyMatrix([a, b, c]: Matrix, [x, y, z]: ColourVector): ColourVector {
  const row = (at: 0 | 1 | 2): number => a[at] * x + b[at] * y + c[at] * z;
  return [row(0), row(1), row(2)];
}

/**
 * Finds the vector that the matrix turns into `target`, by Cramer's rule. Its numbers are not finite
 * if there is none.
 */
export function solveMatrix([a, b, c]: Matrix, target: ColourVector): ColourVector {
  const normals: Matrix = [multiplyCross(b, c), multiplyCross(c, a), multiplyCross(a, b)];
  const volume = multiplyDot(a, normals[0]);
  const [x, y, z] = normals;
  return scaleVector(
    [multiplyDot(x, target), multiplyDot(y, target), multiplyDot(z, target)],
    1 / volume,
  );
}
