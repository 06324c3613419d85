import { between, seeded } from './random.ts';

/** A spruce seen against the light, as SVG strokes: a trunk, drooping boughs, hanging twigs. */

export interface Spruce {
  readonly x: number;
  readonly foot: number;
  readonly height: number;
  readonly seed: number;
}

const point = (x: number, y: number): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** One bough: a bent line with twigs hanging from it, shorter towards its tip. */
const bough = (
  x: number,
  y: number,
  reach: number,
  droop: number,
  random: () => number,
): string => {
  const side = Math.sign(reach);
  const length = Math.abs(reach);
  let path = `M${point(x, y)}Q${point(x + reach * 0.5, y + droop * 0.75)} ${point(x + reach, y + droop * 0.8)}`;
  const twigs = Math.ceil(length / 3.2);
  for (let i = 0; i < twigs; i += 1) {
    const along = (i + random()) / twigs;
    const [tx, ty] = [x + reach * along, y + droop * (1.5 * along - 0.7 * along * along)];
    const hang = (4 + length * 0.13) * (1.15 - along * 0.7) * between(random, 0.5, 1.3);
    path += `M${point(tx, ty)}l${point(side * hang * between(random, 0.1, 0.9), hang * between(random, 0.25, 1))}`;
    if (i % 2 === 0)
      path += `M${point(tx, ty)}l${point(side * hang * 0.8, -hang * between(random, 0, 0.3))}`;
  }
  return path;
};

const boughs = ({ x, foot, height, seed }: Spruce): { far: string; near: string } => {
  const random = seeded(seed);
  let [far, near] = ['', ''];
  for (let down = 0.012; down < 0.97; down += 0.0095 + 0.006 * random()) {
    const spread = height * (0.012 + 0.19 * down ** 0.82) * between(random, 0.55, 1.08);
    const y = foot - height * (1 - down);
    const droop = spread * between(random, 0.1, 0.5) + 2;
    far += bough(x, y, -spread * between(random, 0.8, 1.1), droop, random);
    far += bough(x, y, spread * between(random, 0.8, 1.1), droop, random);
    near += bough(x, y + 3, spread * between(random, 0.3, 0.9), droop * 0.8, random);
  }
  return { far, near };
};

/** `near` boughs, on the sunny right, take a little of the light. */
export const spruceShape = (tree: Spruce): string => {
  const { far, near } = boughs(tree);
  const width = tree.height / 90;
  const top = tree.foot - tree.height;
  return `
    <path d="M${point(tree.x - width / 2, tree.foot)}L${point(tree.x, top)}L${point(tree.x + width / 2, tree.foot)}Z" fill="#0b100d"/>
    <path d="${far}" fill="none" stroke="#0c1510" stroke-width="2" stroke-linecap="round"/>
    <path d="${near}" fill="none" stroke="#2a3219" stroke-width="1.3" stroke-linecap="round" opacity="0.55"/>`;
};
