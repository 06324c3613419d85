import { operation } from './operation.ts';
import { text } from './parameter.ts';

export const version = operation({
  summary: 'Names a revision of the source, so that a changed image gets a new URL. Draws nothing.',
  parameters: {
    v: text(/^[A-Za-z0-9-]{1,32}$/, '1 to 32 letters, digits or hyphens', 'the revision'),
  },
  example: 'version,v_3f2a',
  differs: ['Neither OSS nor BOS has it.'],
  free: true,
  grantable: false,
  revision: true,
  order: 'free',
  check: ({ v }) => (v === undefined ? 'needs v' : undefined),
});
