import { type Compass, compass, pointOf } from './gravity.ts';
import { operation, type Size } from './operation.ts';
import { choice, integer, text, withDefault } from './parameter.ts';

type Place = { readonly g: Compass; readonly x: number; readonly y: number };

/** Finds where a mark starts along one side. `margin` counts inwards from the edge that `g` names. */
function offset(point: number, margin: number, side: number, length: number): number {
  const from = { 0: margin, 100: side - length - margin }[point];
  return Math.min(Math.max(from ?? Math.round((side - length) / 2), 0), side - length);
}

function position({ g, x, y }: Place, picture: Size, mark: Size): { left: number; top: number } {
  const point = pointOf(g);
  return {
    left: offset(point.x, x, picture.width, mark.width),
    top: offset(point.y, y, picture.height, mark.height),
  };
}

/**
 * The drawn size of a mark: its own size, or `p` per cent of the picture's width, but never larger
 * than the picture.
 */
function markSize(mark: Size, picture: Size, p: number | undefined): Size {
  const wanted = p === undefined ? 1 : (picture.width * p) / 100 / mark.width;
  const factor = Math.min(wanted, picture.width / mark.width, picture.height / mark.height);
  return {
    width: Math.max(1, Math.floor(mark.width * factor)),
    height: Math.max(1, Math.floor(mark.height * factor)),
  };
}

export const watermark = operation({
  summary: "Draws one of the tenant's watermarks on the image.",
  parameters: {
    i: text(
      /^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/,
      'the id of a watermark',
      'id of the watermark `_watermarks/ID.png`',
    ),
    g: withDefault(choice(compass, 'position on the image'), 'se'),
    x: withDefault(
      integer(0, 4_096, 'pixels from the left or right edge; ignored in the middle'),
      10,
    ),
    y: withDefault(
      integer(0, 4_096, 'pixels from the upper or lower edge; ignored in the middle'),
      10,
    ),
    t: withDefault(integer(0, 100, 'opacity in per cent'), 100),
    p: integer(1, 100, 'width in per cent of the width of the image; its own width if left out'),
  },
  example: 'watermark,i_mark,g_se,p_20',
  differs: [
    'A watermark is an image. Text watermarks (`text`, `type`, `color`, `size`, `shadow`, `rotate` and `fill`) are not supported, because fonts need another parser of untrusted data.',
    '`i` replaces `image`, which is base64 of an object and its operations. `i` is the id of a file that the tenant uploaded, so it cannot name a path, a URL or another bucket.',
    '`p` replaces `P`. `voffset`, `order`, `align` and `interval` are not supported. An image can have one watermark (OSS: three).',
  ],
  check: ({ i }) => (i === undefined ? 'needs i' : undefined),
  turnsAt: { t: [1] },
  idle: ({ t }) => t === 0,
  // In the middle of a side, x or y has no effect.
  normalise: (values) => {
    const { x, y } = pointOf(values.g);
    return { ...values, x: x === 50 ? 10 : values.x, y: y === 50 ? 10 : values.y };
  },
  step: {
    from: 'composite',
    to: 'composite',
    frames: () => 'apart',
    watermark: ({ i }) => i,
    draw: async ({ image, size }, values, { mark }) => {
      if (mark === undefined) return { image, size };
      const own = markSize(mark.size, size, values.p);
      const input = await mark.draw(own, values.t / 100);
      const raw = { ...own, channels: 4 as const };
      const overlay = { input, raw, ...position(values, size, own) };
      return { image: image.composite([overlay]), size, alpha: true };
    },
  },
});
