import { limits } from '../limits.ts';
import { malformed, Refusal } from '../refusal.ts';
import { boxAround, type Compass, compass, gravityAt, pointOf } from './gravity.ts';
import { type Box, type Dialect, operation, type Size } from './operation.ts';
import { choice, integer, withDefault } from './parameter.ts';
import { invertTurn, turnBox } from './turn.ts';

/** The largest number that the grammar allows. */
const maxOffset = 9_999_999;

type Cut = {
  readonly x: number;
  readonly y: number;
  readonly w: number | undefined;
  readonly h: number | undefined;
  readonly g: Compass;
};

/**
 * Finds the box to cut, as OSS does: the offset counts from where `g` places a box of this size,
 * and a box that reaches over the edge ends at the edge. Throws `malformed` if nothing is left.
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

/** Cropping tools write offsets below 0. Neither owner documents them. */
function readOffset(name: 'x' | 'y', side: 'w' | 'h') {
  return (value: string) => {
    if (/^-[1-9][0-9]{0,6}$/.test(value))
      throw malformed(
        `crop: ${name} expects a whole number from 0; write ${name}_0 and make ${side} smaller by ${value.slice(1)}`,
      );
    return { [name]: value };
  };
}

const dialect: Dialect = {
  parameters: { x: { read: readOffset('x', 'w') }, y: { read: readOffset('y', 'h') } },
};

export const crop = operation({
  summary: 'Cuts a box out of the image.',
  parameters: {
    x: withDefault(integer(0, maxOffset, 'pixels to the right of the position that `g` sets'), 0),
    y: withDefault(integer(0, maxOffset, 'pixels below the position that `g` sets'), 0),
    w: integer(1, limits.side, 'width in pixels; up to the edge if left out'),
    h: integer(1, limits.side, 'height in pixels; up to the edge if left out'),
    g: withDefault(choice(compass, 'position of the box before `x` and `y` move it'), 'nw'),
  },
  differs: [
    '`g` works as in OSS. BOS counts from the upper left corner, which is the default here.',
    'As in OSS, a box that starts outside the image is refused, and a box that reaches over the edge ends at the edge.',
  ],
  dialects: { OSS: dialect, BOS: dialect },
  order: 'moves',
  example: 'crop,w_200,h_150,g_center',
  // A box as wide as the picture starts at its left edge for every gravity, and one as high at its top.
  normalise: (values) => {
    const { x, y } = pointOf(values.g);
    const begin = { x: values.w === undefined ? 0 : x, y: values.h === undefined ? 0 : y };
    return { ...values, g: gravityAt(begin) ?? values.g };
  },
  step: {
    from: 'extract',
    to: 'extract',
    frames: () => 'together',
    onStored: true,
    draw: ({ image, size, stored }, values) => {
      const box = cutBox(values, size);
      const { turn } = stored;
      const cut = turn === undefined ? box : turnBox(box, size, invertTurn(turn));
      return { image: image.extract(cut), size: box };
    },
  },
});
