import { limits } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import { boxAround, type Compass, compass, gravityAt, pointOf } from './gravity.ts';
import { type Box, operation, type Size } from './operation.ts';
import { choice, integer, withDefault } from './parameter.ts';

/** The largest number that the grammar can write. */
const maxOffset = 9_999_999;

type Cut = {
  readonly x: number;
  readonly y: number;
  readonly w: number | undefined;
  readonly h: number | undefined;
  readonly g: Compass;
};

/**
 * Where to cut, as OSS does: the offset counts from where a box of this size would lie at `g`,
 * and what reaches over the edge is cut off.
 * https://www.alibabacloud.com/help/en/oss/user-guide/custom-crop
 */
function cutBox({ x, y, w, h, g }: Cut, picture: Size): Box {
  const wanted = {
    width: Math.min(w ?? picture.width, picture.width),
    height: Math.min(h ?? picture.height, picture.height),
  };
  const origin = boxAround(pointOf(g), wanted, picture);
  const left = origin.left + x;
  const top = origin.top + y;
  const width = Math.min(wanted.width, picture.width - left);
  const height = Math.min(wanted.height, picture.height - top);
  if (width < 1 || height < 1) {
    throw new Refusal('malformed', {
      reason: `crop starts at ${left},${top}, outside the ${picture.width}×${picture.height} image`,
      aboutSource: true,
    });
  }
  return {
    left,
    top,
    width: w === undefined ? picture.width - left : width,
    height: h === undefined ? picture.height - top : height,
  };
}

export const crop = operation({
  summary: 'Cuts a box out of the image.',
  parameters: {
    x: withDefault(integer(0, maxOffset, 'pixels to the right of where `g` puts the box'), 0),
    y: withDefault(integer(0, maxOffset, 'pixels below where `g` puts the box'), 0),
    w: integer(1, limits.side, 'width in pixels; to the edge when left out'),
    h: integer(1, limits.side, 'height in pixels; to the edge when left out'),
    g: withDefault(choice(compass, 'where the box lies before it is moved by x and y'), 'nw'),
  },
  differs: [
    '`g` is that of OSS; BOS counts from the upper left corner, which is the default here.',
    'A box that begins outside is refused as in OSS, one that reaches over the edge is cut off.',
  ],
  order: 'moves',
  example: 'crop,w_200,h_150,g_center',
  // A box as wide as the picture begins at its left edge whatever the gravity says; as high, at its top.
  normalise: (values) => {
    const { x, y } = pointOf(values.g);
    const begin = { x: values.w === undefined ? 0 : x, y: values.h === undefined ? 0 : y };
    return { ...values, g: gravityAt(begin) ?? values.g };
  },
  step: {
    from: 'extract',
    to: 'extract',
    frames: () => 'together',
    draw: ({ image, size }, values) => {
      const box = cutBox(values, size);
      return { image: image.extract(box), size: box };
    },
  },
});
