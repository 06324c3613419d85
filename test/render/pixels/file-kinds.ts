/* Why a file of others may look different from what Pillow shows. Each kind was looked at. */

/** How far an answer is from another picture of its source. The sizes are texts if they differ. */
export type FileDifference = {
  /** Of the worst channel, of 255, with colours premultiplied by alpha. */
  readonly error: number;
  readonly mean: number;
  /** Of the pixels that differ by more than 4. */
  readonly share: number;
  readonly expected: readonly number[] | string;
  readonly got: readonly number[] | string;
};

/** What Pillow says about a file, and how far the answer is from what Pillow and Chromium show. */
export type FilePixels = {
  readonly name: string;
  readonly format?: string;
  readonly mode?: string;
  readonly gamma?: number | null;
  readonly orientation?: number;
  /** The TIFF type of the orientation in EXIF. */
  readonly orientationType?: number | null;
  readonly profile?: string | null;
  readonly pillow?: FileDifference;
  readonly browser?: FileDifference;
};

/** The largest difference that needs no reason: those of JPEG and of colour together. */
export const mostDifference = 4;

type Kind = { readonly reason: string; readonly fits: (file: FilePixels) => boolean };

/** sRGB's gamma, which changes nothing. */
const usualGamma = (gamma: number): boolean => Math.abs(gamma - 0.45455) < 0.01;

/** Where the exponent 2.2 and the curve of sRGB are farthest apart: 8.6 of 255, at 16. */
const curveDifference = 9;

/** The largest difference from Chromium. It applies the exponent that gAMA writes in place of the curve of sRGB. */
const mostFromBrowser = ({ format, gamma }: FilePixels): number =>
  format === 'PNG' && gamma && usualGamma(gamma) ? curveDifference : mostDifference;

/** The type of numbers of 2 bytes: TIFF 6.0, page 15. */
const short = 3;

/** Kinds in which Pillow shows something else than browsers. Chromium has to show what Signet shows. */
const browserKinds: readonly Kind[] = [
  {
    reason: 'Pillow ignores gAMA, browsers apply it.',
    fits: ({ format, gamma }) => format === 'PNG' && !!gamma && !usualGamma(gamma),
  },
  {
    reason: 'Pillow reads an orientation in the XMP or in a text of a PNG, browsers only in eXIf.',
    fits: ({ format, orientation = 1 }) => format === 'PNG' && orientation !== 1,
  },
  {
    reason: 'Pillow reads an orientation of EXIF that is no SHORT, browsers do not.',
    fits: ({ orientation = 1, orientationType }) =>
      orientation !== 1 && !!orientationType && orientationType !== short,
  },
  {
    reason: 'Pillow shows pixels that a GIF does not draw in a colour, browsers as transparent.',
    fits: ({ format }) => format === 'GIF',
  },
];

export const errorOf = (difference: FileDifference | undefined): number => difference?.error ?? 0;

/** Chromium shows no pixel of a GIF whose codes it refuses. */
const refusedByBrowser = 'Chromium shows nothing, because it refuses the codes of the GIF.';

/** Why the answer may differ from what Pillow or Chromium shows; undefined if it may not. */
export function findReason(file: FilePixels): string | undefined {
  const { browser, pillow } = file;
  if (browser === undefined) return undefined;
  if (browser.error <= mostFromBrowser(file))
    return browserKinds.find(({ fits }) => fits(file))?.reason;
  const isUnseen = browser.share === 1 && errorOf(pillow) <= mostDifference;
  return isUnseen ? refusedByBrowser : undefined;
}

/** Whether a file differs from what Pillow shows, or, if it is a GIF, from what Chromium shows. */
export const isDifferent = (file: FilePixels): boolean =>
  errorOf(file.pillow) > mostDifference ||
  (file.format === 'GIF' && errorOf(file.browser) > mostDifference);

/** Whether a file differs without a reason. */
export const isUnexplained = (file: FilePixels): boolean =>
  isDifferent(file) && findReason(file) === undefined;
