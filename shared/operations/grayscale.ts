import { operation } from './operation.ts';

export const grayscale = operation({
  summary: 'Takes the colour away.',
  parameters: {},
  example: 'grayscale',
  differs: ['Neither OSS nor BOS has it.'],
  order: 'colours',
  step: {
    // Beside a step that mixes pixels sharp would see colours that are multiplied by their alpha.
    from: 'orient',
    to: 'tint',
    frames: () => 'together',
    // sharp's own grayscale drops the alpha of pixels that are taken out of the chain.
    draw: ({ image, size }) => ({ image: image.modulate({ saturation: 0 }), size }),
  },
});
