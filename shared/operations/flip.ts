import { choice } from '../parameter.ts';
import { operation } from './operation.ts';

export const flip = operation({
  summary: 'Mirrors the image.',
  parameters: {
    d: choice(['h', 'v', 'hv'], 'h swaps left and right, v swaps top and bottom, hv does both'),
  },
  order: 'moves',
  example: 'flip,d_h',
  differs: ['Neither OSS nor BOS has it.'],
  check: ({ d }) => (d === undefined ? 'needs d' : undefined),
  step: {
    from: 'flip',
    to: 'flip',
    // A strip of frames that is swapped top to bottom would play backwards.
    frames: () => 'apart',
    draw: ({ image, size }, { d }) => ({
      image: image.flop(d === 'h' || d === 'hv').flip(d === 'v' || d === 'hv'),
      size,
    }),
  },
});
