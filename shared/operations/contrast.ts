import { operation } from './operation.ts';
import { integer, withDefault } from './parameter.ts';

const middle = 128;

export const contrast = operation({
  summary: 'Makes the contrast stronger or weaker.',
  parameters: {
    c: withDefault(
      integer(
        -100,
        100,
        'negative is weaker, positive is stronger; 100 doubles the contrast, -100 removes it',
      ),
      0,
    ),
  },
  example: 'contrast,c_25',
  differs: [
    'The range is that of OSS and BOS. They do not document the strength of a step, so the result may look slightly different.',
  ],
  order: 'colours',
  step: {
    from: 'linear',
    to: 'linear',
    frames: () => 'together',
    draw: ({ image, size }, { c }) => {
      const factor = 1 + c / 100;
      return { image: image.linear(factor, middle * (1 - factor)), size };
    },
  },
});
