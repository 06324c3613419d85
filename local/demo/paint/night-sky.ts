import type { PixelCanvas } from './canvas.ts';
import type { Rgb } from './colour.ts';
import { dim, hex, mix, plus } from './colour.ts';
import { bell, clamp, smoothstep } from './maths.ts';
import { fractal } from './noise.ts';
import type { PaintRandom } from './random.ts';
import { between, seeded } from './random.ts';

/** A moonless sky: the Milky Way, its dust, its stars, and the faint glow of the air below. */

const seed = 8;

/** Along and across the Milky Way, in picture heights; `v` is 0 at the top of the picture. */
const galactic = (u: number, v: number): readonly [number, number] => {
  const [x, y] = [u - 0.62, v - 0.52];
  const [along, across] = [x * 0.56 - y * 0.83, x * 0.83 + y * 0.56];
  return [along, across + 0.06 * fractal(along * 1.6, across, 2, seed + 1) - 0.05 * along * along];
};

const bandAt = (along: number, across: number): number =>
  bell(across, 0.24) * (0.55 + 0.75 * bell(along + 0.22, 0.55));

/** The dark rift and the threads that branch off it, finer and fainter outwards. */
const dustAt = (along: number, across: number): number => {
  const warp = 0.11 * fractal(along * 3.4, across * 3.4, 5, seed + 20);
  const threads = fractal((along + warp) * 4.2, (across - warp) * 6.5, 8, seed + 21);
  const wander = 0.055 * fractal(along * 3.1, 4, 4, seed + 23);
  const rift = bell(across - 0.015 + wander + warp * 0.5, 0.062);
  const veil = 0.34 * bell(across, 0.17);
  return smoothstep(0.12, 1.02, rift * 0.62 + veil + threads * 1.05) * bell(across, 0.27) * 0.96;
};

const night = { zenith: hex('#0a1430'), low: hex('#1f3f5e') };
const air: Rgb = [0.075, 0.16, 0.13];
const town: Rgb = [0.42, 0.2, 0.075];

const glowAt = (u: number, v: number): Rgb => {
  const low = smoothstep(0.2, 0.95, v);
  const waves = 0.75 + 0.5 * fractal(u * 1.3, v * 4.5, 4, seed + 40);
  const sky = plus(mix(night.zenith, night.low, low), air, low ** 1.7 * waves);
  return plus(sky, town, bell(u - 0.22, 0.62) * smoothstep(0.5, 1, v) ** 2.1);
};

export const nightSkyAt = (u: number, v: number): Rgb => {
  const [along, across] = galactic(u, v);
  const cloud = clamp(0.62 + 0.8 * fractal(along * 5.2, across * 5.2, 8, seed + 30));
  const band = bandAt(along, across) * cloud;
  const core = bell(across, 0.13) * bell(along + 0.24, 0.42) * cloud;
  const nebula =
    bell(across + 0.05, 0.1) * smoothstep(0.28, 0.62, fractal(along * 5, across * 5, 4, seed + 50));
  const haze = plus(dim([0.15, 0.17, 0.27], band), [0.4, 0.25, 0.15], core);
  const lit = plus(haze, [0.5, 0.09, 0.16], nebula * 0.7);
  const dust = dustAt(along, across);
  return plus(glowAt(u, v), mix(lit, dim([0.06, 0.035, 0.02], band), dust));
};

const starColours: readonly Rgb[] = [
  hex('#a9c4ff'),
  hex('#dfe8ff'),
  hex('#fff6e6'),
  hex('#ffd9a6'),
  hex('#ffb987'),
];

interface Star {
  readonly x: number;
  readonly y: number;
  readonly light: number;
  readonly radius: number;
  readonly colour: Rgb;
}

const addStar = (canvas: PixelCanvas, { x, y, light, radius, colour }: Star): void => {
  const reach = Math.ceil(radius * 3);
  for (let dy = -reach; dy <= reach; dy += 1) {
    for (let dx = -reach; dx <= reach; dx += 1) {
      const [column, row] = [Math.round(x) + dx, Math.round(y) + dy];
      if (column < 0 || row < 0 || column >= canvas.width || row >= canvas.height) continue;
      const away = Math.hypot(column - x, row - y);
      const shine = bell(away, radius) + 0.02 * bell(away, radius * 2.2);
      canvas.put(column, row, plus(canvas.at(column, row), colour, light * shine));
    }
  }
};

const starAt = (canvas: PixelCanvas, random: PaintRandom): Star | undefined => {
  const [x, y] = [random() * canvas.width, random() * canvas.height];
  const [along, across] = galactic(x / canvas.height, y / canvas.height);
  const crowd = 0.16 + bandAt(along, across) * (1 - 0.85 * dustAt(along, across));
  if (random() > crowd) return undefined;
  const rank = random();
  const bright = 0.055 / (0.006 + rank) ** 0.8;
  const size = canvas.width / 4800;
  const colour = starColours[Math.floor(random() * starColours.length)] ?? [1, 1, 1];
  return { x, y, light: 0.1 + bright * 1.3, radius: (0.95 + bright * 0.8) * size, colour };
};

export const addStars = (canvas: PixelCanvas, count: number): void => {
  const random = seeded(seed);
  for (let i = 0; i < count; i += 1) {
    const star = starAt(canvas, random);
    if (star !== undefined) addStar(canvas, star);
  }
  for (let i = 0; i < 18; i += 1) {
    const [x, y] = [random() * canvas.width, random() * canvas.height * 0.7];
    const size = (canvas.width / 4800) * between(random, 2.8, 5.2);
    addStar(canvas, { x, y, light: 3.4, radius: size, colour: starColours[i % 5] ?? [1, 1, 1] });
  }
};
