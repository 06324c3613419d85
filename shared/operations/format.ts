import type { Sharp } from 'sharp';
import type { ImageType } from './image-type.ts';
import { operation } from './operation.ts';
import { choice, withDefault } from './parameter.ts';

export const format = operation({
  summary: 'Sets the type of the answer. Without it, the answer has the type of the source.',
  parameters: {
    f: withDefault(
      choice(
        ['auto', 'jpg', 'png', 'webp', 'avif', 'gif', 'src'],
        'auto is the best type that the browser names in Accept, src is the type of the source',
      ),
      'src',
    ),
  },
  order: 'free',
  example: 'format,f_webp',
  differs: [
    'BMP, TIFF and HEIC are not supported: browsers do not show them, or they take ten times the bytes.',
    'Any source can become a GIF. OSS makes a GIF only from a GIF.',
    '`auto` of BOS picks WebP only. Signet picks one of the types in the policy, before it looks in the cache.',
  ],
});

/** How to encode an answer. */
export type Encoding = {
  readonly type: ImageType;
  /** On JPEG's scale. */
  readonly quality: number;
  readonly progressive: boolean;
  /** For an animation: milliseconds per frame, and how often it plays (0 is endless). */
  readonly delay: readonly number[] | undefined;
  readonly loop: number | undefined;
};

/**
 * Converts a JPEG quality to AVIF's scale. AVIF 63 looks about like JPEG 80 (imgproxy ships the same
 * pair). Below that the scales are proportional, above it they meet at 100.
 */
function avifQuality(quality: number): number {
  return quality <= 80
    ? Math.max(1, Math.round((quality * 63) / 80))
    : Math.round(63 + ((quality - 80) * 37) / 20);
}

function animation({ delay, loop }: Encoding): { delay?: number[]; loop?: number } {
  return {
    ...(delay === undefined ? {} : { delay: [...delay] }),
    ...(loop === undefined ? {} : { loop }),
  };
}

/**
 * The encoder of each type. The efforts let an answer of 10 Mpx fit into the time of a render on one
 * core; more effort would save only a few per cent of the bytes.
 * Invariant: metadata is never kept, so nothing here calls `withMetadata` or `keep…`.
 */
export const encoders: Readonly<Record<ImageType, (image: Sharp, how: Encoding) => Sharp>> = {
  jpg: (image, { quality, progressive }) => image.jpeg({ quality, progressive }),
  png: (image, { progressive }) => image.png({ palette: false, progressive }),
  webp: (image, how) => image.webp({ quality: how.quality, effort: 4, ...animation(how) }),
  avif: (image, { quality }) => image.avif({ quality: avifQuality(quality), effort: 2 }),
  // The palette of a GIF source lacks the colours that the steps have made.
  gif: (image, how) => image.gif({ effort: 3, reuse: false, ...animation(how) }),
};
