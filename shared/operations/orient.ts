import { operation } from './operation.ts';
import { integer, withDefault } from './parameter.ts';

export const orient = operation({
  summary:
    'Turns the image upright according to its EXIF orientation. Signet always does this unless the URL has `o_0`.',
  parameters: {
    o: withDefault(integer(0, 1, '1 turns the image upright, 0 leaves it as it is stored'), 1),
  },
  example: 'orient,o_0',
  aliases: ['auto-orient'],
  differs: [
    'OSS and BOS turn an image only if the URL says so. Signet always does, because users expect upright photos.',
    'It always runs first. `o_2` of BOS, which turns the image after scaling, is not supported.',
  ],
  always: true,
  first: true,
  order: 'free',
  step: {
    from: 'orient',
    to: 'orient',
    frames: () => 'together',
    // Cameras do not store animations sideways, and sharp cannot turn a strip of frames.
    draw: ({ image, size }, { o }, { orientation, frames }) => {
      if (frames > 1 || orientation === 1) return { image, size };
      // End the chain in plain pixels: AVIF would keep the orientation tag, and viewers would turn
      // the picture.
      if (o === 0) return { image, size, unmeasured: true };
      const upright = orientation < 5 ? size : { width: size.height, height: size.width };
      return { image: image.autoOrient(), size: upright };
    },
  },
});
