import { type OwnerNotes, operation } from './operation.ts';
import { choice } from './parameter.ts';

const hex = (value: number | undefined): string =>
  (value ?? 0).toString(16).padStart(2, '0').toUpperCase();

/** Both owners answer in another form. */
const answersAs = (form: string): OwnerNotes => ({
  always: `the answer is ${form}, which is not the form of its owner`,
});
const infoNotes = answersAs('{"format","width","height","frames","alpha","bytes"}');
const hueNotes = answersAs('{"RGB":"0xRRGGBB"}');

export const info = operation({
  summary: 'Describes the source in JSON: `{"format","width","height","frames","alpha","bytes"}`.',
  parameters: {},
  example: 'info',
  notes: { OSS: infoNotes, BOS: infoNotes },
  differs: [
    'It never includes EXIF, which can reveal places and people. `frames` counts what Signet reads: at most 200, and 1 for an animated PNG.',
    '`"hdr": true` follows if the source is a JPEG with a gain map for high dynamic range (Ultra HDR, ISO 21496-1 or Apple). Answers drop the gain map and show the image as screens without high dynamic range do.',
    'Signet returns one flat object. OSS returns a `{"value"}` object for each field. Width and height are those of the upright image.',
  ],
  answer: async ({ facts }) => facts,
});

export const averageHue = operation({
  summary: 'Returns the average colour of the source in JSON: `{"RGB":"0xRRGGBB"}`.',
  parameters: {},
  example: 'average-hue',
  notes: { OSS: hueNotes, BOS: hueNotes },
  differs: ['OSS answers in plain text, `0xRRGGBB`. Transparent pixels do not count.'],
  answer: async ({ pixels }) => {
    const { data } = await pixels({ width: 1, height: 1 });
    return { RGB: `0x${hex(data[0])}${hex(data[1])}${hex(data[2])}` };
  },
});

/** ThumbHash takes at most 100 pixels a side, and BlurHash gains nothing from more. */
const smallSide = 100;
const tinySide = 16;

function fitInside(side: number, { width, height }: { width: number; height: number }) {
  const factor = Math.min(1, side / Math.max(width, height));
  return {
    width: Math.max(1, Math.round(width * factor)),
    height: Math.max(1, Math.round(height * factor)),
  };
}

export const placeholder = operation({
  summary:
    'Returns a placeholder to show while the image loads, in JSON: `{"kind","value","width","height"}`.',
  parameters: {
    k: choice(
      ['thumbhash', 'blurhash', 'lqip'],
      'thumbhash and blurhash need a decoder in the browser, lqip is a data URL',
    ),
  },
  example: 'placeholder,k_thumbhash',
  differs: ['Not in OSS or BOS.'],
  check: ({ k }) => (k === undefined ? 'needs k' : undefined),
  answer: async ({ facts, thumbhash, blurhash, tiny }, { k }) => {
    const { width, height } = facts;
    const small = fitInside(smallSide, facts);
    const values = {
      thumbhash: () => thumbhash(small),
      blurhash: () => blurhash(small),
      lqip: () => tiny(fitInside(tinySide, facts)),
    };
    const value = k === undefined ? undefined : await values[k]();
    return { kind: k, width, height, value };
  },
});
