import { operation } from './operation.ts';
import { color } from './parameter.ts';

export const background = operation({
  summary: 'Fills transparent areas with a colour.',
  parameters: { color: color('the colour; alpha is ignored') },
  example: 'background,color_F4EFE6',
  differs: ['Not in OSS or BOS.'],
  check: ({ color: given }) => (given === undefined ? 'needs color' : undefined),
  normalise: ({ color: given }) => ({ color: given?.slice(0, 6) }),
  step: {
    from: 'flatten',
    to: 'flatten',
    frames: () => 'together',
    draw: ({ image, size }, values) => ({
      image: image.flatten({ background: `#${values.color ?? 'FFFFFF'}` }),
      size,
      alpha: false,
    }),
  },
});
