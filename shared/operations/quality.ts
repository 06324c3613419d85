import { malformed } from '../refusal.ts';
import { type Dialect, type OwnerNotes, operation } from './operation.ts';
import { integer, withDefault } from './parameter.ts';

/** The quality of an image whose URL names none. */
export const defaultQuality = 80;

/** `lossless` is a value of OSS for WebP. */
function readQuality(value: string): { readonly q: string } {
  if (value === 'lossless')
    throw malformed('quality: lossless is not supported; write q_100, or format,png');
  return { q: value };
}

const dialect: Dialect = {
  parameters: {
    q: { read: readQuality },
    Q: { read: readQuality },
    c: { refused: 'c_ge is not supported; leave it out, and write the quality that you want' },
  },
};

const notes: OwnerNotes = {
  parameters: {
    q: 'q is absolute, like Q; its owner takes it as relative to the quality of the source',
  },
};

export const quality = operation({
  summary: 'Sets the quality of a JPEG, WebP or AVIF, on one scale for all types.',
  parameters: {
    q: withDefault(integer(1, 100, '100 is the best quality and the largest file'), defaultQuality),
    max: integer(
      1,
      9_999_999,
      'largest size in bytes: Signet lowers `q` in steps of 10, down to 30, until the image fits. If it never fits, Signet serves the smallest result',
    ),
  },
  dialects: { OSS: dialect, BOS: dialect },
  notes: { OSS: notes, BOS: notes },
  order: 'free',
  parameterAliases: { Q: 'q' },
  example: 'quality,q_60',
  differs: [
    '`q` is absolute, like `Q` in OSS and BOS. Their `q` is relative to the quality of the source, which image files do not record.',
    'OSS does not raise a JPEG above the quality of its source; Signet uses the value in the URL. `c_ge` and `lossless` are not supported.',
    'An AVIF of more than 7 megapixels has at most quality 80, and one of more than 25 megapixels at most 60; a WebP of more than 30 megapixels has at most 86: a better one would take longer than a render may. With `max`, large images try fewer qualities, and an AVIF of more than 27 megapixels gets 30.',
    'An image looks equally good in each type at the same `q`, which is the quality of a JPEG as mozjpeg counts it. [Performance](performance.md) has the curve. WebP and AVIF get other qualities of their encoders than the URL names. `max` is not in OSS or BOS.',
  ],
  matters: (format) => format !== 'png' && format !== 'gif',
  encoding: ({ q, max }) => ({ quality: q, maxBytes: max }),
});
