import { operation } from './operation.ts';

export const grayscale = operation({
  summary: 'Removes the colours.',
  parameters: {},
  example: 'grayscale',
  differs: ['Not in OSS or BOS.'],
  order: 'colours',
  step: {
    // In one chain with a step that mixes pixels, sharp would pass colours premultiplied by alpha.
    from: 'trim',
    to: 'tint',
    secondsPerMpx: 0.1,
    frames: () => 'together',
    // sharp's own grayscale() loses the alpha channel when a chain ends in raw pixels.
    draw: ({ image, size }) => ({ image: image.modulate({ saturation: 0 }), size }),
  },
});
