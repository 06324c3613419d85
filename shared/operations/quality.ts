import { operation } from './operation.ts';
import { integer, withDefault } from './parameter.ts';

/** What an image gets that asks for no quality. */
export const defaultQuality = 80;

export const quality = operation({
  summary: 'How good a JPEG, WebP or AVIF is; one scale for all, the one of JPEG.',
  parameters: {
    q: withDefault(integer(1, 100, '100 is best and largest'), defaultQuality),
    max: integer(
      1,
      9_999_999,
      'bytes: q goes down by tens to 30 until the image is no larger, then the smallest is taken',
    ),
  },
  order: 'free',
  parameterAliases: { Q: 'q' },
  example: 'quality,q_60',
  differs: [
    '`q` is absolute, as `Q` is in OSS and BOS; their `q` is a share of the quality of the source, which no file says.',
    'OSS does not raise a JPEG above the quality of its source; here it is what the URL says. `c_ge` and `lossless` are left out.',
    'One scale, JPEG’s, for every type, so that a change of type is no change of how good it looks. `max` is neither in OSS nor in BOS.',
  ],
  matters: (format) => format !== 'png' && format !== 'gif',
  encoding: ({ q, max }) => ({ quality: q, maxBytes: max }),
});
