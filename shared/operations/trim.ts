import { operation } from './operation.ts';
import { integer } from './parameter.ts';

export const trim = operation({
  summary: 'Removes a border that has the colour of the upper left corner.',
  parameters: { t: integer(1, 255, 'how much a border pixel may differ from that colour') },
  example: 'trim,t_10',
  differs: ['Not in OSS or BOS.'],
  check: ({ t }) => (t === undefined ? 'needs t' : undefined),
  step: {
    from: 'trim',
    to: 'trim',
    // Each frame would lose a different border.
    frames: () => 'first',
    draw: ({ image, size }, { t }) => {
      // sharp trims no smaller picture.
      if (size.width < 3 && size.height < 3) return { image, size };
      // By default libvips first removes lines of one pixel with a median filter, which also takes 20 times as
      // long as the rest.
      const trimmed = image.trim({ threshold: t ?? 1, lineArt: true });
      return { image: trimmed, size, unmeasured: true };
    },
  },
});
