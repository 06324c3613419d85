import { operation } from './operation.ts';
import { color } from './parameter.ts';

export const tint = operation({
  summary: 'Keeps the light of the image and gives it one colour.',
  parameters: { color: color('the colour; its alpha says nothing') },
  example: 'tint,color_C08040',
  differs: ['Neither OSS nor BOS has it.'],
  order: 'colours',
  check: ({ color: given }) => (given === undefined ? 'needs color' : undefined),
  normalise: ({ color: given }) => ({ color: given?.slice(0, 6) }),
  step: {
    from: 'tint',
    to: 'tint',
    frames: () => 'together',
    draw: ({ image, size }, values) => ({
      image: image.tint(`#${values.color ?? '000000'}`),
      size,
    }),
  },
});
