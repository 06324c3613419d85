import { operation } from './operation.ts';
import { integer, withDefault } from './parameter.ts';

export const orient = operation({
  summary: 'Turns the image upright as its EXIF orientation says; always done unless `o_0`.',
  parameters: {
    o: withDefault(integer(0, 1, '1 to turn it upright, 0 to leave it as it is stored'), 1),
  },
  example: 'orient,o_0',
  aliases: ['auto-orient'],
  differs: [
    'OSS and BOS turn an image when they are asked to; here it is always upright, because a photograph that lies on its side is nobody’s wish.',
    'It always comes first: the `o_2` of BOS (turned after it was scaled) is left out.',
  ],
  always: true,
  first: true,
  order: 'free',
  step: {
    from: 'orient',
    to: 'orient',
    frames: () => 'together',
    // No camera stores an animation sideways, and sharp cannot turn a strip of frames.
    draw: ({ image, size }, { o }, { orientation, frames }) => {
      if (frames > 1 || orientation === 1) return { image, size };
      // Plain pixels, because AVIF would carry the orientation along and turn the picture after all.
      if (o === 0) return { image, size, unmeasured: true };
      const upright = orientation < 5 ? size : { width: size.height, height: size.width };
      return { image: image.autoOrient(), size: upright };
    },
  },
});
