import { operation } from './operation.ts';
import { choice, withSpellings } from './parameter.ts';

export const flip = operation({
  summary: 'Mirrors the image.',
  parameters: {
    d: withSpellings(
      choice(['h', 'v', 'hv'], 'h swaps left and right, v swaps top and bottom, hv does both'),
      { '0': 'v', '1': 'h', '2': 'hv' },
    ),
  },
  order: 'moves',
  example: 'flip,d_h',
  differs: ['Signet also reads the numbers of OSS: 0 is v, 1 is h, 2 is hv. Not in BOS.'],
  check: ({ d }) => (d === undefined ? 'needs d' : undefined),
  step: {
    from: 'flip',
    to: 'turn',
    // A strip of frames swapped top to bottom would play backwards.
    frames: () => 'apart',
    turn: ({ d }) => ({ mirrored: d !== 'hv', quarters: d === 'h' ? 0 : 2 }),
  },
});
