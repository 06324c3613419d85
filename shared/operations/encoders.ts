import type { Sharp } from 'sharp';
import { limits } from '../limits.ts';
import type { ImageType } from './image-type.ts';
import { avifScale, fastJpegScale, jpegScale, type Scale, webpScale } from './visual-scale.ts';

/** How to encode an answer. */
export type Encoding = {
  readonly type: ImageType;
  /** On the scale that all types share. */
  readonly quality: number;
  readonly progressive: boolean;
  /** For an animation: milliseconds per frame, and how often it plays (0 is endless). */
  readonly delay: readonly number[] | undefined;
  readonly loop: number | undefined;
};

/** One way to run an encoder, and what it costs. */
type Setting = {
  readonly effort: number;
  /**
   * CPU seconds on one core for a million pixels of noise, the costliest picture, at the costliest quality.
   * docs/proof-bombs.md has the largest answers. A photograph takes a tenth to two thirds.
   */
  readonly secondsPerMpx: number;
  readonly chroma?: '4:2:0';
  /** The best quality, if a better one would take too long. */
  readonly maxQuality?: number;
};

type Encoder = {
  /** The most pixels of an answer, over all frames. */
  readonly maxPixels: number;
  /** The slowest and best setting first. */
  readonly settings: readonly [Setting, ...Setting[]];
  /** Those from `fullColourQuality` on, if they differ. */
  readonly fullColourSettings?: readonly [Setting, ...Setting[]];
  /** How often it runs at least for a limit of bytes: with two runs, the wanted quality is tried. 1 if left out. */
  readonly leastTries?: number;
  readonly encode: (image: Sharp, how: Encoding, setting: Setting) => Sharp;
};

/**
 * From this quality on, a JPEG keeps the colour of each pixel (4:4:4). Red text on white then has 41 dB and more; with
 * one colour for four pixels (4:2:0), as below, it stays under 30 dB at any quality.
 * ImageMagick changes at 90, too: https://imagemagick.org/script/command-line-options.php#sampling-factor
 */
export const fullColourQuality = 90;

function animation({ delay, loop }: Encoding): { delay?: number[]; loop?: number } {
  return {
    ...(delay === undefined ? {} : { delay: [...delay] }),
    ...(loop === undefined ? {} : { loop }),
  };
}

/**
 * The largest mean error of a palette that is used again for the next frame, of 255. One colour of 255 that differs by
 * 1 is a mean of 0.04. Zero would write equal palettes again.
 */
const equalPalettes = 0.001;

/** The quantisation table that mozjpeg prefers. It makes photographs smaller than that of the standard. */
const mozjpegTable = 3;

/** The encoder's own quality, a whole number, for a quality from 1 to 100. */
export function ownQuality(scale: Scale, quality: number): number {
  const above = scale.find(([at]) => at >= quality) ?? scale[0];
  const below = scale.findLast(([at]) => at <= quality) ?? scale[0];
  const share = above[0] === below[0] ? 0 : (quality - below[0]) / (above[0] - below[0]);
  return Math.round(below[1] + share * (above[1] - below[1]));
}

/**
 * The encoder of each type. The settings of a picture depend on its pixels and never on the clock, so
 * that one key always gets the same picture.
 * Invariant: metadata is never kept, so nothing here calls `withMetadata` or `keep…`.
 */
export const encoders: Readonly<Record<ImageType, Encoder>> = {
  jpg: {
    maxPixels: limits.outputPixels,
    // Effort 1 is trellis quantisation, the part of mozjpeg that does not need a progressive JPEG.
    settings: [
      { effort: 1, secondsPerMpx: 0.55 },
      { effort: 0, secondsPerMpx: 0.06 },
    ],
    fullColourSettings: [
      { effort: 1, secondsPerMpx: 2.6 },
      { effort: 0, secondsPerMpx: 0.13 },
    ],
    leastTries: 2,
    encode: (image, { quality, progressive }, { effort }) =>
      image.jpeg({
        quality: ownQuality(effort === 0 ? fastJpegScale : jpegScale, quality),
        progressive,
        chromaSubsampling: quality >= fullColourQuality ? '4:4:4' : '4:2:0',
        quantisationTable: mozjpegTable,
        trellisQuantisation: effort > 0,
        overshootDeringing: effort > 0,
      }),
  },
  png: {
    maxPixels: limits.outputPixels,
    settings: [{ effort: 0, secondsPerMpx: 0.1 }],
    encode: (image, { progressive }) => image.png({ palette: false, progressive }),
  },
  webp: {
    maxPixels: limits.outputPixels,
    settings: [
      { effort: 4, secondsPerMpx: 0.36 },
      { effort: 2, secondsPerMpx: 0.2 },
      { effort: 2, secondsPerMpx: 0.18, maxQuality: 86 },
    ],
    leastTries: 2,
    encode: (image, how, { effort, maxQuality = 100 }) =>
      image.webp({
        quality: ownQuality(webpScale, Math.min(how.quality, maxQuality)),
        effort,
        ...animation(how),
      }),
  },
  avif: {
    maxPixels: limits.outputPixels,
    settings: [
      // Effort 4 has hardly fewer bytes and takes about five times as long: `npm run bench -- bytes`, beside ipx.
      { effort: 3, secondsPerMpx: 2.4 },
      { effort: 2, secondsPerMpx: 1.9 },
      { effort: 0, secondsPerMpx: 0.85 },
      { effort: 0, secondsPerMpx: 0.42, maxQuality: 80 },
      { effort: 0, secondsPerMpx: 0.24, maxQuality: 80, chroma: '4:2:0' },
      { effort: 0, secondsPerMpx: 0.22, maxQuality: 60, chroma: '4:2:0' },
    ],
    encode: (image, { quality }, { effort, chroma = '4:4:4', maxQuality = 100 }) =>
      image.avif({
        quality: ownQuality(avifScale, Math.min(quality, maxQuality)),
        effort,
        chromaSubsampling: chroma,
      }),
  },
  gif: {
    maxPixels: 10_000_000,
    // Below effort 4, libimagequant drops the lowest bit of all colours (`liq_set_speed`).
    settings: [
      { effort: 4, secondsPerMpx: 1.6 },
      { effort: 3, secondsPerMpx: 0.95 },
      { effort: 1, secondsPerMpx: 0.75 },
    ],
    // The palette of a GIF source lacks the colours that the steps have made, and one that is only near to that of
    // the frame before lacks colours of this frame.
    encode: (image, how, { effort }) =>
      image.gif({ effort, reuse: false, interPaletteMaxError: equalPalettes, ...animation(how) }),
  },
};

/** A setting, and how many times the encoder may run with it. */
export type EncoderPlan = { readonly setting: Setting; readonly tries: number };

/** What is encoded: its type, its pixels over all frames, and the quality. */
export type Encoded = {
  readonly type: ImageType;
  readonly pixels: number;
  readonly quality: number;
};

/** The settings for a quality, the best first. */
export const settingsOf = (type: ImageType, quality: number): Encoder['settings'] =>
  (quality < fullColourQuality ? undefined : encoders[type].fullColourSettings) ??
  encoders[type].settings;

/**
 * Chooses the best setting with which the encoder can run within `limits.encodeSeconds`, or else the fastest, and how
 * often it may run. For AVIF, whose efforts differ most, less effort makes room for more runs.
 */
export function planEncoder({ type, pixels, quality }: Encoded, wanted: number): EncoderPlan {
  const { leastTries = 1 } = encoders[type];
  const settings = settingsOf(type, quality);
  const runsOf = ({ secondsPerMpx }: Setting): number =>
    Math.floor(limits.encodeSeconds / ((secondsPerMpx * pixels) / 1_000_000));
  const needed = leastTries > 1 ? 1 : wanted;
  const fitting = settings.find((one) => runsOf(one) >= needed);
  const setting = fitting ?? settings.at(-1) ?? settings[0];
  return { setting, tries: Math.min(wanted, Math.max(leastTries, runsOf(setting))) };
}
