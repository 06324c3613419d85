import { operation } from './operation.ts';
import { integer, withDefault } from './parameter.ts';

export const saturate = operation({
  summary: 'Makes colours stronger or weaker.',
  parameters: {
    s: withDefault(
      integer(
        -100,
        100,
        'negative is weaker, positive is stronger; 100 doubles the saturation, -100 removes it',
      ),
      0,
    ),
  },
  example: 'saturate,s_40',
  differs: ['Not in OSS or BOS.'],
  order: 'colours',
  step: {
    // In one chain with a step that mixes pixels, sharp would pass colours premultiplied by alpha.
    from: 'trim',
    to: 'tint',
    secondsPerMpx: 0.1,
    frames: () => 'together',
    draw: ({ image, size }, { s }) => ({
      image: image.modulate({ saturation: 1 + s / 100 }),
      size,
    }),
  },
});
