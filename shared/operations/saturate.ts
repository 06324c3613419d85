import { operation } from './operation.ts';
import { integer, withDefault } from './parameter.ts';

export const saturate = operation({
  summary: 'Makes colours stronger or weaker.',
  parameters: {
    s: withDefault(
      integer(-100, 100, 'below 0 weaker, above 0 stronger; 100 doubles, -100 is grey'),
      0,
    ),
  },
  example: 'saturate,s_40',
  differs: ['Neither OSS nor BOS has it.'],
  order: 'colours',
  step: {
    // Beside a step that mixes pixels sharp would see colours that are multiplied by their alpha.
    from: 'orient',
    to: 'tint',
    frames: () => 'together',
    draw: ({ image, size }, { s }) => ({
      image: image.modulate({ saturation: 1 + s / 100 }),
      size,
    }),
  },
});
