import { operation } from './operation.ts';
import { color } from './parameter.ts';

export const background = operation({
  summary: 'Lays the image on a colour, which fills what is transparent.',
  parameters: { color: color('the colour; its alpha says nothing') },
  example: 'background,color_F4EFE6',
  differs: ['Neither OSS nor BOS has it.'],
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
