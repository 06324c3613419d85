import { operation } from './operation.ts';
import { label } from './parameter.ts';

export const download = operation({
  summary:
    'Makes browsers save the image as a file instead of showing it. It does not change the image.',
  parameters: {
    n: label(
      'the name of the file; Signet adds the ending of its type. The name of the source if left out',
    ),
  },
  example: 'download,n_summer-2026',
  differs: ['Not in OSS or BOS.'],
  free: true,
  grantable: false,
  withoutValues: true,
  order: 'free',
});
