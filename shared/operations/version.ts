import { operation } from './operation.ts';
import { text } from './parameter.ts';

export const version = operation({
  summary:
    'Names a revision of the source, so that a changed source gets a new URL. It does not change the image.',
  parameters: {
    v: text(/^[A-Za-z0-9-]{1,32}$/, '1 to 32 letters, digits or hyphens', 'the revision'),
  },
  example: 'version,v_3f2a',
  differs: ['Not in OSS or BOS.'],
  free: true,
  grantable: false,
  revision: true,
  order: 'free',
  check: ({ v }) => (v === undefined ? 'needs v' : undefined),
});
