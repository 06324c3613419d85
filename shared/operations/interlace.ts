import { operation } from './operation.ts';
import { alsoWritten, integer, withDefault } from './parameter.ts';

export const interlace = operation({
  summary: 'Whether a JPEG or PNG shows coarse first and then finer.',
  parameters: {
    i: alsoWritten(withDefault(integer(0, 1, '1 for coarse to fine'), 0), {
      baseline: 0,
      progressive: 1,
    }),
  },
  example: 'interlace,i_1',
  differs: [
    'OSS knows it for JPEG only; PNG has it as well. The `baseline` and `progressive` of BOS are read as 0 and 1.',
  ],
  order: 'free',
  encoding: ({ i }) => ({ progressive: i === 1 }),
  matters: (format) => ['jpg', 'png', 'src', 'auto'].includes(format),
});
