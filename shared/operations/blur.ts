import { operation } from './operation.ts';
import { integer } from './parameter.ts';

export const blur = operation({
  summary: 'Blurs the image.',
  parameters: {
    r: integer(
      1,
      50,
      'accepted for OSS and BOS and dropped: sigma alone says how far a blur reaches',
    ),
    s: integer(1, 50, 'sigma of the Gaussian blur, in pixels'),
  },
  example: 'blur,s_8',
  differs: [
    'OSS and BOS want both `r` and `s`. `r` is read and dropped: how far a Gaussian reaches follows from its sigma.',
  ],
  check: ({ s }) => (s === undefined ? 'needs s' : undefined),
  normalise: ({ s }) => ({ r: undefined, s }),
  step: {
    from: 'blur',
    to: 'blur',
    // On a strip the edge of one frame would run into the next.
    frames: () => 'apart',
    draw: ({ image, size }, { s }) => ({ image: image.blur(s ?? 1), size }),
  },
});
