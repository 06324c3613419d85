/*
 * One scale of quality for all encoders: at the same quality, a photograph looks equally good in each type. Each scale
 * lists the encoder's own quality at qualities of ours; between them it is interpolated. They were fitted to the medians
 * of ssimulacra2 over photographs of 800 pixels, and `npm run bench -- curve` measures how far they are apart.
 */

/** Pairs of our quality and the encoder's own, rising. */
export type Scale = readonly [Point, ...Point[]];
type Point = readonly [quality: number, own: number];

/** The scale itself: JPEG's quality as mozjpeg counts it. */
export const jpegScale: Scale = [
  [1, 1],
  [100, 100],
];

/** JPEG without trellis quantisation, which keeps more detail and bytes at the same quality. */
export const fastJpegScale: Scale = [
  [1, 1],
  [40, 36],
  [60, 55],
  [80, 77],
  [89, 87],
  [95, 94],
  [100, 100],
];

export const webpScale: Scale = [
  [1, 1],
  [40, 40],
  [50, 54],
  [60, 65],
  [70, 77],
  [75, 82],
  [80, 85],
  [85, 88],
  [90, 95],
  [95, 99],
  [100, 100],
];

export const avifScale: Scale = [
  [1, 1],
  [40, 33],
  [50, 39],
  [60, 44],
  [70, 50],
  [80, 59],
  [85, 66],
  [90, 82],
  [95, 91],
  [100, 100],
];
