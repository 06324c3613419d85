import type { Sharp } from 'sharp';
import type { ImageType } from './image-type.ts';
import { operation } from './operation.ts';
import { choice, withDefault } from './parameter.ts';

export const format = operation({
  summary: 'The type of the answer; without it, the type of the source.',
  parameters: {
    f: withDefault(
      choice(
        ['auto', 'jpg', 'png', 'webp', 'avif', 'gif', 'src'],
        'auto is the best that the browser names in Accept, src the type of the source',
      ),
      'src',
    ),
  },
  order: 'free',
  example: 'format,f_webp',
  differs: [
    'BMP, TIFF and HEIC are left out: browsers do not show them, or take ten times the bytes.',
    'Any source can become a GIF; OSS makes one of a GIF only.',
    '`auto` of BOS knows WebP alone; here it is settled among the types of the policy, before the cache.',
  ],
});

export type Encoding = {
  readonly type: ImageType;
  /** On JPEG's scale. */
  readonly quality: number;
  readonly progressive: boolean;
  /** Of an animation: milliseconds a frame, and how often it plays (0 is for ever). */
  readonly delay: readonly number[] | undefined;
  readonly loop: number | undefined;
};

/**
 * AVIF's scale runs higher for the same look: its 63 is about JPEG's 80 (imgproxy ships the same
 * pair). Below that the two scales run in parallel, above it they meet at 100.
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
 * The last step. Efforts are chosen so that an answer of 10 Mpx fits into the time of a render on one
 * core, whatever its type; more effort would save some per cent of its bytes.
 * Metadata is never kept: nothing here calls `withMetadata` or `keep…`.
 */
export const encoders: Readonly<Record<ImageType, (image: Sharp, how: Encoding) => Sharp>> = {
  jpg: (image, { quality, progressive }) => image.jpeg({ quality, progressive }),
  png: (image, { progressive }) => image.png({ palette: false, progressive }),
  webp: (image, how) => image.webp({ quality: how.quality, effort: 4, ...animation(how) }),
  avif: (image, { quality }) => image.avif({ quality: avifQuality(quality), effort: 2 }),
  // The palette of a source that is a GIF lacks the colours that the steps have made.
  gif: (image, how) => image.gif({ effort: 3, reuse: false, ...animation(how) }),
};
