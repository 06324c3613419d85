import { operation } from './operation.ts';
import { integer, withDefault } from './parameter.ts';

/** 100 adds half of the range to every channel. */
const perCent = 1.28;

export const bright = operation({
  summary: 'Makes the image brighter or darker.',
  parameters: {
    b: withDefault(
      integer(
        -100,
        100,
        'negative is darker, positive is brighter; 100 adds half of the range to each channel',
      ),
      0,
    ),
  },
  example: 'bright,b_20',
  differs: [
    'The range is that of OSS and BOS. They do not document the strength of a step, so the result may look slightly different.',
  ],
  order: 'colours',
  step: {
    from: 'linear',
    to: 'linear',
    frames: () => 'together',
    draw: ({ image, size }, { b }) => ({ image: image.linear(1, b * perCent), size }),
  },
});
