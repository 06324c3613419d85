import { operation } from './operation.ts';
import { label } from './parameter.ts';

export const version = operation({
  summary:
    'Names a revision of the source, so that a changed source gets a new URL. It does not change the image.',
  parameters: { v: label('the revision') },
  example: 'version,v_3f2a',
  differs: ['Not in OSS or BOS.'],
  free: true,
  grantable: false,
  revision: true,
  order: 'free',
  check: ({ v }) => (v === undefined ? 'needs v' : undefined),
});
