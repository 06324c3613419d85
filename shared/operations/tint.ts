import { operation } from './operation.ts';
import { color } from './parameter.ts';

export const tint = operation({
  summary: 'Draws the image in shades of one colour.',
  parameters: { color: color('the colour; alpha is ignored') },
  example: 'tint,color_C08040',
  differs: ['Not in OSS or BOS.'],
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
