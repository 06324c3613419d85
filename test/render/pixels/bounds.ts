/** How far a channel of an answer may be from what is expected, of 255, with colours premultiplied by alpha. */
export type Bound = { readonly most: number; readonly reason: string };

/** The bounds that the cases name. */
export const bounds: Readonly<Record<string, Bound>> = {
  exact: { most: 0, reason: 'The source has no loss or is decoded by rules that leave no choice.' },
  deep: {
    most: 1,
    reason: 'PNG lets a decoder round 16 bits to 8 or drop the lower ones (PNG 3, section 13.12).',
  },
  colour: {
    most: 2,
    reason: 'Two programs round curves, matrices and tables at different steps: 1 each.',
  },
  jpeg: {
    most: 2,
    reason:
      'Decoders may differ by 1 in a sample (ITU-T T.83), and 1 in Cb is 1.8 in blue. Measured: 0.',
  },
  'jpeg and colour': { most: 4, reason: 'Those of JPEG and of colour together.' },
  'jpeg of known pixels': {
    most: 3,
    reason:
      'The quantiser of 1 and YCbCr round coefficients and samples by a half; 0.5 in Cb is 0.9 in blue.',
  },
  inks: { most: 4, reason: 'Those of JPEG and of colour together.' },
  'inks without a profile': { most: 4, reason: 'Those of JPEG and of colour together.' },
  palette: {
    most: 0,
    reason: 'The answer is a GIF with a new palette, which has every colour of the frame.',
  },
  '256 colours': {
    most: 7,
    reason:
      'A GIF answer keeps an index for transparent pixels, so two of 256 colours become one. The nearest two are 7 apart.',
  },
  'lossy answer': {
    most: 16,
    reason:
      'The answer is a lossy WebP, because GIF has no alpha between. Edges, where colours are halved, are left out.',
  },
  'longest loop': {
    most: 0,
    reason: 'As a GIF with a new palette. 65,535 plays are the most that can be written.',
  },
  'longest delay': {
    most: 16,
    reason: 'As the answer is coded. 65,535 ms is the longest delay that can be written.',
  },
};

/** Kinds of cases in which Chromium shows something else than what is expected, and why that does not count. */
export const browserReasons: readonly { readonly cases: RegExp; readonly reason: string }[] = [
  { cases: /^WebP, orientation [2-8]$/, reason: 'Chromium does not read EXIF in a WebP.' },
  {
    cases: /profile with a table$|^(?:CMYK|YCCK) JPEG with its profile$/,
    reason: 'Chromium applies tables without black point compensation.',
  },
  {
    cases: /^PNG of 16 bits in |of 1,024 points$/,
    reason: 'Chromium converts 16 bits to 8 first, and fits a formula to a curve of points.',
  },
  {
    cases: /^animation with a profile$/,
    reason: 'Chromium does not apply the profile of an animated WebP.',
  },
  {
    cases: /^gAMA and cHRM of sRGB$/,
    reason: 'Chromium applies the exponent that PNG 3 writes in place of the curve of sRGB.',
  },
  {
    cases: /^cICP with a matrix/,
    reason: 'Chromium refuses the file. PNG 3 allows no matrix but 0.',
  },
];
