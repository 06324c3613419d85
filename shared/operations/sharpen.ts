import { operation } from './operation.ts';
import { integer } from './parameter.ts';

export const sharpen = operation({
  summary: 'Sharpens the image.',
  parameters: { s: integer(50, 399, 'strength; 100 is a good start (sigma = s / 100)') },
  example: 'sharpen,s_100',
  differs: [
    'The scale is that of OSS, 50 to 399. `r` and `s` from 1 to 50 of BOS are not supported, because one parameter cannot have two scales.',
  ],
  check: ({ s }) => (s === undefined ? 'needs s' : undefined),
  step: {
    from: 'sharpen',
    to: 'sharpen',
    secondsPerMpx: 0.15,
    // On a strip, the edge of one frame would affect the next frame.
    frames: () => 'apart',
    draw: async (canvas, { s }, _, { mixColours }) => {
      const { size } = canvas;
      const sigma = (s ?? 100) / 100;
      return { image: await mixColours(canvas, size, (image) => image.sharpen({ sigma })), size };
    },
  },
});
