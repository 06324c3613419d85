import { operation } from './operation.ts';
import { integer, withDefault } from './parameter.ts';

const middle = 128;

export const contrast = operation({
  summary: 'Makes contrasts stronger or weaker.',
  parameters: {
    c: withDefault(
      integer(-100, 100, 'below 0 weaker, above 0 stronger; 100 doubles, -100 is flat'),
      0,
    ),
  },
  example: 'contrast,c_25',
  differs: [
    'The range is that of OSS and BOS; how far a step goes they do not say, so it may look a little different.',
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
