import { operation } from './operation.ts';
import { integer } from './parameter.ts';

export const trim = operation({
  summary: 'Cuts off the border that has the colour of the upper left corner.',
  parameters: { t: integer(1, 255, 'how far from that colour a pixel may be and still be border') },
  example: 'trim,t_10',
  differs: ['Neither OSS nor BOS has it.'],
  check: ({ t }) => (t === undefined ? 'needs t' : undefined),
  step: {
    from: 'trim',
    to: 'trim',
    // Every frame would lose another border.
    frames: () => 'first',
    draw: ({ image, size }, { t }) => ({
      // libvips looks for a border through a window of 3 × 3 pixels.
      image: size.width < 3 || size.height < 3 ? image : image.trim({ threshold: t ?? 1 }),
      size,
      unmeasured: true,
    }),
  },
});
