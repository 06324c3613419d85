/**
 * A transfer function from samples to light, both 0 to 1, as the numbers of ICC's parametric curves.
 * One number g: light = x^g. Five numbers g, a, b, c, d: light = (a·x + b)^g where x ≥ d, else c·x.
 * https://www.color.org/specification/ICC.1-2022-05.pdf, section 10.18
 */
export type Curve = readonly number[];

/** A curve of video: light^0.45, scaled by `scale`, with a straight start. */
const invertVideo = (scale: number, slope: number, end: number): Curve => [
  1 / 0.45,
  1 / scale,
  (scale - 1) / scale,
  1 / slope,
  slope * end,
];

/** https://www.w3.org/TR/png-3/#sRGB-gamma-chromaticities, IEC 61966-2-1 */
export const srgbCurve: Curve = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045];
/**
 * The curve of screens for the video curves of BT.709 and its relatives, which describe cameras. Browsers use it, too.
 * https://www.itu.int/rec/R-REC-BT.1886
 */
const bt1886: Curve = [2.4];

/**
 * The transfer functions that cICP can name: https://www.itu.int/rec/T-REC-H.273, table 3. Missing are
 * PQ, HLG, the logarithmic ones and the one of BT.1361, which browsers ignore.
 */
export const codedCurves: ReadonlyMap<number, Curve> = new Map([
  [1, bt1886],
  [4, [2.2]],
  [5, [2.8]],
  [6, bt1886],
  [7, invertVideo(1.1115, 4, 0.0228)],
  [8, [1]],
  [11, bt1886],
  [13, srgbCurve],
  [14, bt1886],
  [15, bt1886],
  [17, [2.6]],
]);

/**
 * The light of the largest sample, where it is not that of white. Files for cinemas leave room above white, which shows
 * 48 of the 52.37 candelas per square metre: https://www.itu.int/rec/T-REC-H.273, table 3.
 */
export const codedLight: ReadonlyMap<number, number> = new Map([[17, 52.37 / 48]]);

/** The curve with more light. Only for a curve that is one exponent. */
export const brightenCurve = ([g = 1]: Curve, light: number): Curve => [
  g,
  light ** (1 / g),
  0,
  0,
  0,
];

/** Whether a curve is sRGB's, or an exponent so near to the 2.2 that stands for it in gAMA: within 1 % if left out. */
export const isNearSrgbCurve = (curve: Curve, near = 0.01): boolean =>
  curve === srgbCurve || (curve.length === 1 && Math.abs((curve[0] ?? 0) / 2.2 - 1) <= near);
