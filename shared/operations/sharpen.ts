import { type Dialect, type OwnerNotes, operation } from './operation.ts';
import { integer } from './parameter.ts';

/** https://cloud.baidu.com/doc/BOS/s/7ldh5wpk6: radius and standard deviation from 1 to 50. */
const bos: Dialect = {
  parameters: {
    r: {
      refused: 'r of BOS is not supported; write s_50 to s_399 alone, such as s_100',
    },
  },
};

const notes: OwnerNotes = {
  parameters: {
    s: 's has the scale of OSS, 50 to 399; with BOS it is a standard deviation from 1 to 50',
  },
};

export const sharpen = operation({
  summary: 'Sharpens the image.',
  parameters: { s: integer(50, 399, 'strength; 100 is a good start (sigma = s / 100)') },
  example: 'sharpen,s_100',
  dialects: { BOS: bos },
  notes: { BOS: notes },
  differs: [
    'The scale is that of OSS, 50 to 399. In the spelling of BOS, too: its `r`, and `s` below 50, are not supported, because one parameter cannot have two scales.',
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
