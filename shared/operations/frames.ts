import { operation } from './operation.ts';
import { integer } from './parameter.ts';

export const frames = operation({
  summary: 'Keeps the first frame of an animation, so the answer is a still image in every format.',
  parameters: { n: integer(1, 1, 'how many frames are kept, counted from the first') },
  example: 'frames,n_1',
  differs: ['Not in OSS or BOS.'],
  check: ({ n }) => (n === undefined ? 'needs n' : undefined),
  // JPEG and PNG show the first frame anyway.
  matters: (format) => format !== 'jpg' && format !== 'png',
  mostFrames: ({ n }) => n,
});
