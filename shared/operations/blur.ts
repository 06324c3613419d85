import { type OwnerNotes, operation } from './operation.ts';
import { integer } from './parameter.ts';

const notes: OwnerNotes = {
  parameters: { r: 'r is ignored; its owner takes it as the reach of the blur' },
};

export const blur = operation({
  summary: 'Blurs the image.',
  parameters: {
    r: integer(1, 50, 'ignored; accepted for compatibility with OSS and BOS'),
    s: integer(1, 50, 'strength: sigma of the Gaussian blur in pixels'),
  },
  example: 'blur,s_8',
  notes: { OSS: notes, BOS: notes },
  differs: [
    'OSS and BOS require both `r` and `s`. Signet ignores `r`, because the reach of a Gaussian blur follows from its sigma.',
  ],
  check: ({ s }) => (s === undefined ? 'needs s' : undefined),
  normalise: ({ s }) => ({ r: undefined, s }),
  step: {
    from: 'blur',
    to: 'blur',
    secondsPerMpx: 0.08,
    mixingSecondsPerMpx: ({ s }) => 0.03 + 0.022 * (s ?? 1),
    // On a strip, the edge of one frame would blur into the next frame.
    frames: () => 'apart',
    draw: async (canvas, { s }, _, { mixPixels }) => {
      const { size } = canvas;
      return { image: await mixPixels(canvas, size, (image) => image.blur(s ?? 1)), size };
    },
  },
});
