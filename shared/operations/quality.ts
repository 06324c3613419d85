import { integer, withDefault } from '../parameter.ts';
import { operation } from './operation.ts';

/** What an image gets that asks for no quality. */
export const defaultQuality = 80;

export const quality = operation({
  summary: 'How good a JPEG, WebP or AVIF is; one scale for all, the one of JPEG.',
  parameters: { q: withDefault(integer(1, 100, '100 is best and largest'), defaultQuality) },
  parameterAliases: { Q: 'q' },
  example: 'quality,q_60',
  matters: (format) => format !== 'png' && format !== 'gif',
});
