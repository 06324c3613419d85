import type { Rgb } from './colour.ts';
import { dim, hex, mix, plus, ramp, times } from './colour.ts';
import { bell, clamp, lerp, smoothstep } from './maths.ts';
import { cell, fractal, noise, ridged } from './noise.ts';
import { bake } from './relief.ts';
import type { HeightAt, PaintVector } from './terrain.ts';
import { dot, normalAt, sunlight, unit } from './terrain.ts';

/** The mountains around the lake: heights, ground cover and light. */

const seed = 41;
export const sun: PaintVector = unit([0.86, 0.36, -0.06]);

/** The positions of the mountains: `[x, z, height, breadth]` in metres. */
const massifs: readonly (readonly [number, number, number, number])[] = [
  [620, 6900, 2150, 1500],
  [-650, 7900, 1350, 1200],
  [-2700, 5200, 1500, 1500],
  [-1900, 9800, 1900, 1900],
  [2900, 5600, 1350, 1300],
  [2500, 9600, 1900, 1700],
  [-5600, 15000, 2600, 2600],
  [600, 17000, 2500, 3000],
  [5600, 14500, 2700, 2600],
];

const extent = { left: -16000, right: 20000, far: 27000 };

const massive = bake(
  (x, z) => {
    let highest = 0;
    let rest = 0;
    for (const [cx, cz, height, breadth] of massifs) {
      const away = Math.hypot(x - cx, z - cz) / breadth;
      const rise = height / (1 + away * away * 1.1) ** 1.5;
      rest += Math.min(rise, highest) * 0.15;
      highest = Math.max(highest, rise);
    }
    return highest + rest;
  },
  { ...extent, spacing: 60 },
);

/** The far shore is irregular; a wooded spit reaches into the lake from the left. */
const shoreline = (x: number): number =>
  1250 +
  200 * noise(x / 260, 3, seed) -
  720 * smoothstep(-60, -330, x) -
  420 * smoothstep(230, 420, x);

const bare = (x: number, z: number, octaves: number): number => {
  const inland = z - shoreline(x);
  const bank = inland < 0 ? inland * 0.08 : 34 * (1 - Math.exp(-inland / 160));
  const rise = smoothstep(150, 3600, inland);
  const warp = 260 * noise(x / 1500, z / 1500, seed + 9);
  const rock = ridged((x + warp) / 1900, (z - warp) / 1900, octaves, seed);
  const hills = 60 * fractal(x / 330, z / 330, 4, seed + 5) * smoothstep(0, 500, inland);
  return bank + hills + rise * massive(x, z) * (0.36 + 1 * rock);
};

const treeLine = (x: number, z: number): number =>
  430 + 170 * fractal(x / 300, z / 300, 3, seed + 2);

/** Spruces as narrow cones on a jittered grid. */
const trees = (x: number, z: number): number => {
  const size = 8.5;
  const [cx, cz] = [Math.floor(x / size), Math.floor(z / size)];
  const wood = fractal(x / 120, z / 120, 3, seed + 30);
  const tall = (13 + 17 * cell(cx, cz, 5)) * smoothstep(-0.42, -0.1, wood);
  const dx = x - (cx + 0.3 + 0.4 * cell(cx, cz, 6)) * size;
  const dz = z - (cz + 0.3 + 0.4 * cell(cx, cz, 7)) * size;
  const rough = 0.75 + 0.5 * noise(x * 1.3, z * 1.3, seed);
  return Math.max(0, tall * (1 - (Math.hypot(dx, dz) / (size * 0.5)) * rough));
};

const wooded = (x: number, z: number, ground: number): number =>
  ground > 1.5 && z < 4200 && ground < treeLine(x, z) ? trees(x, z) * clamp(ground / 6) : 0;

export const heightAt: HeightAt = (x, z) => {
  const ground = bare(x, z, 10);
  return ground + wooded(x, z, ground);
};

/** The mountains without their finest detail, for shadows. */
const rough = bake((x, z) => bare(x, z, 7), { ...extent, spacing: 24 });

const stone = { warm: hex('#8d8076'), cold: hex('#5d5a5c') };
const snow = hex('#f4f6fa');
const meadow = hex('#4d5a2c');
const spruce = { dark: hex('#16241a'), light: hex('#35461f') };
const beach = hex('#7d776a');

const cover = (x: number, z: number, height: number, normal: PaintVector): Rgb => {
  const patch = fractal(x / 90, z / 90, 5, seed + 12);
  const strata = noise(x / 900 + patch * 0.3, height / 26, seed + 13);
  const rock = dim(
    mix(stone.cold, stone.warm, clamp(0.5 + patch + strata * 0.25)),
    0.85 + 0.16 * strata,
  );
  const green =
    smoothstep(0.55, 0.78, normal[1] + patch * 0.15) * smoothstep(950, 500, height + patch * 260);
  const lies = smoothstep(0.4, 0.56, normal[1] + patch * 0.22 + (height - 1300) / 4200);
  const white = lies * smoothstep(620, 1050, height + patch * 420);
  const land = mix(mix(rock, meadow, green), snow, white);
  return height < 1.6 ? mix(beach, land, smoothstep(0.5, 1.6, height)) : land;
};

const sunColour: Rgb = [4.5, 2.65, 1.25];
const skyColour: Rgb = [0.34, 0.46, 0.72];

/** Adds haze by distance: bluish away from the sun, golden towards it. */
export const haze = (towards: PaintVector): Rgb => {
  const near = clamp(dot(towards, sun));
  return mix([0.36, 0.5, 0.74], [1.25, 0.88, 0.6], near ** 3);
};

const behindAir = (colour: Rgb, x: number, z: number, height: number): Rgb => {
  const far = Math.hypot(x, z);
  const thick = 1 - Math.exp(-(far / 15500) * Math.exp(-Math.max(0, height) / 3200) * 1.25);
  const mist = 0.62 * Math.exp(-Math.max(0, height) / 34) * smoothstep(900, 2600, z);
  const air = haze(unit([x, height, z]));
  const drift = clamp(0.6 + fractal(x / 300, z / 900, 3, seed + 20));
  return mix(mix(colour, air, thick), plus(air, [0.3, 0.28, 0.26]), mist * drift);
};

const forest = (x: number, z: number, above: number): Rgb => {
  const kind = cell(Math.floor(x / 8.5), Math.floor(z / 8.5), 8);
  return dim(mix(spruce.dark, spruce.light, kind * 0.7), lerp(0.4, 1.25, clamp(above / 22)));
};

export const groundAt = (x: number, z: number, height: number): Rgb => {
  if (height <= 0.15) return [-1, -1, -1];
  const ground = bare(x, z, 10);
  const above = wooded(x, z, ground);
  const step = Math.max(0.7, z * 0.0007);
  const isTree = above > 1.2;
  const normal = normalAt(isTree ? heightAt : (a, b) => bare(a, b, 11), x, z, step);
  const shadow = sunlight(rough, [x, height + z * 0.002, z], sun, {
    first: 30,
    growth: 1.22,
    steps: 26,
  });
  const lit = Math.max(0, dot(normal, sun)) * shadow;
  const surface = isTree ? forest(x, z, above) : cover(x, z, height, normal);
  const light = plus(dim(skyColour, 0.55 + 0.45 * normal[1]), sunColour, lit);
  return behindAir(times(surface, light), x, z, height);
};

const dome = [
  [0, hex('#f0dcc4')],
  [0.12, hex('#dcd8d4')],
  [0.32, hex('#8cb2d8')],
  [0.7, hex('#4479b8')],
  [1, hex('#2a5796')],
] as const;

/** Thin, high, wind-blown clouds. */
const cirrus = (towards: PaintVector): number => {
  const far = 1 / (towards[1] + 0.12);
  const [x, z] = [towards[0] * far, towards[2] * far];
  const bend = fractal(x * 0.8, z * 0.8, 3, seed + 50);
  const strands = fractal(x * 0.9 + z * 0.35 + bend, z * 2.6 - x * 0.5 + bend * 1.4, 8, seed + 51);
  const where = fractal(x * 0.45, z * 0.45, 3, seed + 54);
  return smoothstep(-0.02, 0.62, strands + where * 0.5) * smoothstep(0.02, 0.16, towards[1]);
};

export const skyAt = (towards: PaintVector): Rgb => {
  const up = clamp(towards[1] * 1.9);
  const near = clamp(dot(towards, sun));
  const clear = plus(
    dim(ramp(dome, up), 1.05),
    [1.3, 0.75, 0.36],
    0.75 * near ** 5 + bell(1 - near, 0.06),
  );
  const lit = mix([0.95, 0.93, 0.95], [1.9, 1.45, 1.02], near ** 2);
  return mix(clear, lit, cirrus(towards) * 0.75);
};
