import { type Dialect, operation } from './operation.ts';
import { choice, withDefault } from './parameter.ts';

/** Both owners accept `jpeg`, too. */
const readFormat = (value: string) => ({ f: value === 'jpeg' ? 'jpg' : value });

const dialect: Dialect = { parameters: { f: { read: readFormat } } };

const noteAuto = (value: string): string =>
  value === 'auto'
    ? 'f_auto picks one of the types of auto.format in the policy; BOS picks WebP only'
    : '';

export const format = operation({
  summary: 'Sets the type of the answer. Without it, the answer has the type of the source.',
  parameters: {
    f: withDefault(
      choice(
        ['auto', 'jpg', 'png', 'webp', 'avif', 'gif', 'src'],
        'auto is the best type that the browser names in Accept, src is the type of the source',
      ),
      'src',
    ),
  },
  dialects: { OSS: dialect, BOS: dialect },
  notes: { BOS: { parameters: { f: noteAuto } } },
  order: 'free',
  example: 'format,f_webp',
  differs: [
    'BMP, TIFF and HEIC are not supported: browsers do not show them, or they take ten times the bytes.',
    'Any source can become a GIF. OSS makes a GIF only from a GIF.',
    '`auto` of BOS picks WebP only. Signet picks one of the types in the policy, before it looks in the cache.',
  ],
});
