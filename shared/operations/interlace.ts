import { operation } from './operation.ts';
import { integer, withDefault, withSpellings } from './parameter.ts';

export const interlace = operation({
  summary: 'Makes a JPEG or PNG load progressively, first coarse and then finer.',
  parameters: {
    i: withSpellings(withDefault(integer(0, 1, '1 turns it on, 0 turns it off'), 0), {
      baseline: 0,
      progressive: 1,
    }),
  },
  example: 'interlace,i_1',
  differs: [
    'OSS supports it for JPEG only, Signet for PNG as well. `baseline` and `progressive` of BOS are read as 0 and 1.',
  ],
  order: 'free',
  encoding: ({ i }) => ({ progressive: i === 1 }),
  matters: (format) => ['jpg', 'png', 'src', 'auto'].includes(format),
});
