import { type Compass, compass, pointOf } from './gravity.ts';
import { operation, type Size, type ValuesOf } from './operation.ts';
import { choice, integer, text, withDefault } from './parameter.ts';
import { watermarkDialects, watermarkNotes } from './watermark-dialects.ts';
import { watermarkIdForm } from './watermark-object.ts';

type Place = {
  readonly g: Compass;
  readonly x: number;
  readonly y: number;
  readonly xp: number | undefined;
  readonly yp: number | undefined;
};

/** Finds where a mark starts along one side. `margin` counts inwards from the edge that `g` names. */
function offset(point: number, margin: number, side: number, length: number): number {
  const from = { 0: margin, 100: side - length - margin }[point];
  return Math.min(Math.max(from ?? Math.round((side - length) / 2), 0), side - length);
}

/** A margin in pixels, from per cent of a side if those are given. */
const marginOf = (pixels: number, percent: number | undefined, side: number): number =>
  percent === undefined ? pixels : Math.round((side * percent) / 100);

function position(place: Place, picture: Size, mark: Size): { left: number; top: number } {
  const point = pointOf(place.g);
  const x = marginOf(place.x, place.xp, picture.width);
  const y = marginOf(place.y, place.yp, picture.height);
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

/** The margin without `x` or `xp`, and without `y` or `yp`. */
const defaultMargin = 10;

const parameters = {
  i: text(watermarkIdForm, 'the id of a watermark', 'id of the watermark `_watermarks/ID.png`'),
  g: withDefault(choice(compass, 'position on the image'), 'se'),
  x: withDefault(
    integer(0, 4_096, 'pixels from the left or right edge; ignored in the middle'),
    defaultMargin,
  ),
  y: withDefault(
    integer(0, 4_096, 'pixels from the upper or lower edge; ignored in the middle'),
    defaultMargin,
  ),
  t: withDefault(integer(0, 100, 'opacity in per cent'), 100),
  p: integer(1, 100, 'width in per cent of the width of the image; its own width if left out'),
  xp: integer(0, 100, '`x` in per cent of the width of the image'),
  yp: integer(0, 100, '`y` in per cent of the height of the image'),
} as const;

type Values = ValuesOf<typeof parameters>;

function check({ i, x, y, xp, yp }: Values): string | undefined {
  if (i === undefined) return 'needs i';
  if (xp !== undefined && x !== defaultMargin) return 'takes x or xp, not both';
  return yp !== undefined && y !== defaultMargin ? 'takes y or yp, not both' : undefined;
}

/** In the middle of a side no margin has an effect, and 0 per cent are 0 pixels. */
function normaliseMargin(point: number, pixels: number, percent: number | undefined) {
  if (point === 50) return { pixels: defaultMargin, percent: undefined };
  return percent === 0 ? { pixels: 0, percent: undefined } : { pixels, percent };
}

function normalise(values: Values): Values {
  const point = pointOf(values.g);
  const across = normaliseMargin(point.x, values.x, values.xp);
  const down = normaliseMargin(point.y, values.y, values.yp);
  return {
    ...values,
    ...{ x: across.pixels, xp: across.percent },
    ...{ y: down.pixels, yp: down.percent },
  };
}

export const watermark = operation({
  summary: "Draws one of the tenant's watermarks on the image.",
  parameters,
  dialects: watermarkDialects,
  notes: watermarkNotes,
  example: 'watermark,i_mark,g_se,p_20',
  differs: [
    'A watermark is an image. Text watermarks (`text`, `type`, `color`, `size`, `shadow`, `rotate` and `fill`) are not supported, because fonts need another parser of untrusted data.',
    '`i` is the id of a file that the tenant uploaded, so it cannot name a path, a URL or another bucket. In the spellings of OSS and BOS, `image` is read as the id: the file name of the object without its extension. Of the operations of the watermark only `resize,P_` is read, as `p`.',
    '`P` of OSS and BOS is read as `p`, and `g_1` to `g_9` of BOS as compass points. `xp` and `yp` are not in OSS; BOS accepts them without documenting them, so the margin may be slightly different. `voffset`, `order`, `align`, `interval`, `fill`, `padx` and `pady` of OSS, and `a` other than 0, `bucket` and margins below 0 of BOS, are not supported. An image can have one watermark (OSS: three).',
  ],
  // If all its measures are relative, it may be drawn before or after the image is scaled.
  orderOf: ({ p, xp, yp }) =>
    p === undefined || xp === undefined || yp === undefined ? undefined : 'relative',
  check,
  turnsAt: { t: [1], xp: [1], yp: [1] },
  idle: ({ t }) => t === 0,
  normalise,
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
