import { limits } from '../limits.ts';
import { type Box, operation, type Size } from './operation.ts';
import { integer, withDefault } from './parameter.ts';
import { invertTurn, turnBox } from './turn.ts';

type Slices = {
  readonly x: number | undefined;
  readonly y: number | undefined;
  readonly i: number;
};

/** Finds the box of a slice, or of the whole picture if there is no such slice. */
function slice({ x, y, i }: Slices, { width, height }: Size): Box {
  const left = (x ?? 0) * i;
  const top = (y ?? 0) * i;
  if (left >= width || top >= height) return { left: 0, top: 0, width, height };
  return {
    left,
    top,
    width: Math.min(x ?? width, width - left),
    height: Math.min(y ?? height, height - top),
  };
}

export const indexcrop = operation({
  summary:
    'Cuts the image into slices and keeps one of them. If there is no such slice, the image stays whole.',
  parameters: {
    x: integer(1, limits.side, 'width of a slice in pixels'),
    y: integer(1, limits.side, 'height of a slice in pixels'),
    i: withDefault(integer(0, 65_536, 'index of the slice, counted from 0'), 0),
  },
  example: 'indexcrop,x_200,i_1',
  differs: [
    'If both `x` and `y` are given, OSS uses `y`. Here, as in BOS, that is `malformed`: an ignored value would give one image a second key.',
  ],
  order: 'moves',
  check: ({ x, y }) =>
    (x === undefined) === (y === undefined) ? 'needs exactly one of x and y' : undefined,
  step: {
    from: 'extract',
    to: 'extract',
    frames: () => 'together',
    onStored: true,
    draw: ({ image, size, stored }, values) => {
      const box = slice(values, size);
      const { turn } = stored;
      const cut = turn === undefined ? box : turnBox(box, size, invertTurn(turn));
      return { image: image.extract(cut), size: box };
    },
  },
});
