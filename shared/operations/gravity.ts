import type { Point, Size } from './operation.ts';

/** The nine points of the compass, as OSS names them. */
export const compass = [
  'nw',
  'north',
  'ne',
  'west',
  'center',
  'east',
  'sw',
  'south',
  'se',
] as const;
export type Compass = (typeof compass)[number];

/** The position of a compass point, in per cent of the picture. */
export function pointOf(gravity: Compass): Point {
  const index = compass.indexOf(gravity);
  return { x: (index % 3) * 50, y: Math.floor(index / 3) * 50 };
}

/** The compass point at exactly this position, if there is one. */
export function gravityAt({ x, y }: Point): Compass | undefined {
  return compass.find((gravity) => pointOf(gravity).x === x && pointOf(gravity).y === y);
}

const clamp = (value: number, max: number): number => Math.min(Math.max(value, 0), max);

/** The upper left corner of a box that is centred on the point, moved to stay inside the picture. */
export function boxAround(point: Point, box: Size, picture: Size): { left: number; top: number } {
  return {
    left: clamp(
      Math.round((picture.width * point.x) / 100 - box.width / 2),
      picture.width - box.width,
    ),
    top: clamp(
      Math.round((picture.height * point.y) / 100 - box.height / 2),
      picture.height - box.height,
    ),
  };
}
