import type { Rgb } from './colour.ts';
import { dim, hex, mix, plus, times } from './colour.ts';
import { clamp, lerp, smoothstep } from './maths.ts';
import { fractal, noise } from './noise.ts';
import { bake } from './relief.ts';
import type { HeightAt, PaintVector } from './terrain.ts';
import { dot, normalAt, sunlight, unit } from './terrain.ts';

/** The dunes: their heights, and the light of a low sun. */

const seed = 27;
export const duneSun: PaintVector = unit([-0.88, 0.19, 0.34]);

/**
 * A dune cut across: a long windward slope that steepens up to a knife-sharp crest, then the slip
 * face, as steep as sand can lie.
 */
const profile = (phase: number): number => {
  const at = phase - Math.floor(phase);
  const crest = 0.66;
  if (at < crest) return (at / crest) ** 1.7;
  return (1 - (at - crest) / (1 - crest)) ** 1.35;
};

interface Train {
  readonly length: number;
  readonly height: number;
  readonly turn: number;
  readonly bend: number;
  readonly seed: number;
}

const trains: readonly Train[] = [
  { length: 330, height: 84, turn: 0.42, bend: 0.85, seed: 1 },
  { length: 120, height: 9, turn: 0.2, bend: 0.5, seed: 2 },
];

const heap = (x: number, z: number, train: Train): number => {
  const across = (x * Math.cos(train.turn) + z * Math.sin(train.turn)) / train.length;
  const [u, v] = [x / (train.length * 1.9), z / (train.length * 1.9)];
  const bend = train.bend * fractal(u, v, 2, seed + train.seed * 10);
  const swell = 0.8 + 0.55 * noise(u * 1.1, v * 1.1, seed + train.seed * 10 + 5);
  return train.height * clamp(swell, 0.08, 1.3) * profile(across + bend);
};

const dunes: HeightAt = (x, z) => {
  const swell = 26 * fractal(x / 1500, z / 1500, 2, seed + 3);
  const large = trains.reduce((sum, train) => sum + heap(x, z, train), 0);
  return large + swell + 0.35 * fractal(x / 30, z / 30, 2, seed + 4);
};

/** Wind ripples on the near sand, too small for the height field. */
const ripples = (x: number, z: number): number => {
  const bend = 1.5 * fractal(x / 6, z / 6, 3, seed + 7);
  const wave = Math.sin((x * 0.9 + z * 0.62) * 5.2 + bend * 3.4);
  const patch = 0.4 + 0.6 * smoothstep(-0.35, 0.3, fractal(x / 18, z / 18, 2, seed + 8));
  return 0.032 * patch * (wave + 0.35 * wave * wave);
};

const shading = bake(dunes, { left: -3600, right: 2600, far: 6200, spacing: 5 });

export const duneHeightAt: HeightAt = dunes;

const sand = { pale: hex('#e0a868'), deep: hex('#b8703c') };
const sunColour: Rgb = [4.6, 2.3, 0.95];
const skyColour: Rgb = [0.36, 0.34, 0.74];

const duskAir = (towards: PaintVector): Rgb => {
  const near = clamp(dot(towards, duneSun));
  return mix([0.5, 0.34, 0.46], [2.1, 1.05, 0.5], near ** 2.5);
};

const detailed =
  (z: number): HeightAt =>
  (x, depth) =>
    dunes(x, depth) + ripples(x, depth) * smoothstep(260, 30, z);

export const duneGroundAt = (x: number, z: number, height: number): Rgb => {
  const fine = z < 260;
  const normal = normalAt(fine ? detailed(z) : dunes, x, z, Math.max(0.12, z * 0.0006));
  const from: PaintVector = [x, Math.max(height, shading(x, z)) + 0.35 + z * 0.0012, z];
  const shadow = sunlight(shading, from, duneSun, { first: 6, growth: 1.17, steps: 34 });
  const lit = Math.max(0, dot(normal, duneSun)) ** 0.9 * shadow;
  const grain = 0.5 * fractal(x / 140, z / 140, 4, seed + 9);
  const speck = fine ? 0.05 * noise(x * 16, z * 9, seed + 11) : 0;
  const surface = dim(mix(sand.deep, sand.pale, clamp(0.55 + grain)), 1 + speck);
  const bounce = dim([0.42, 0.23, 0.15], 0.45 * (1 - normal[1]) + 0.12);
  const light = plus(plus(dim(skyColour, 0.4 + 0.6 * normal[1]), bounce), sunColour, lit);
  const thick = 1 - Math.exp(-Math.hypot(x, z) / 4300);
  return mix(times(surface, light), duskAir(unit([x, 0, z])), lerp(0, 0.95, thick));
};
