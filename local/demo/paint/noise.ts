import { lerp } from './maths.ts';

/** Noise over the plane. The same coordinates and seed give the same value on every machine. */

/** An integer hash. It uses integer arithmetic only, so the result is the same on all platforms. */
const hash = (x: number, y: number, seed: number): number => {
  let h = Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** A number in [0, 1) that belongs to a cell of the plane. */
export const cell = (x: number, y: number, seed: number): number => hash(x, y, seed) / 4294967296;

/**
 * The gradients of lattice points, as a table. An unpredictable branch would cost more than the rest of
 * the noise.
 */
const directions = 32;
const slopesX = Float64Array.from({ length: directions }, (_, i) => Math.cos((i * Math.PI) / 16));
const slopesY = Float64Array.from({ length: directions }, (_, i) => Math.sin((i * Math.PI) / 16));

const slope = (row: number, dx: number, dy: number): number => {
  const mixed = Math.imul(row ^ (row >>> 15), 0x85ebca6b);
  const h = (mixed ^ (mixed >>> 13)) & (directions - 1);
  return (slopesX[h] ?? 0) * dx + (slopesY[h] ?? 0) * dy;
};

const fade = (t: number): number => t * t * t * (t * (t * 6 - 15) + 10);

/** Gradient noise, about -1 to 1. */
export const noise = (x: number, y: number, seed: number): number => {
  const ix = Math.floor(x);
  const iy = Math.floor(y);
  const fx = x - ix;
  const fy = y - iy;
  const u = fade(fx);
  const west = Math.imul(ix, 0x27d4eb2d) ^ Math.imul(seed, 0x9e3779b1);
  const east = Math.imul(ix + 1, 0x27d4eb2d) ^ Math.imul(seed, 0x9e3779b1);
  const north = Math.imul(iy, 0x165667b1);
  const south = Math.imul(iy + 1, 0x165667b1);
  const upper = lerp(slope(west ^ north, fx, fy), slope(east ^ north, fx - 1, fy), u);
  const lower = lerp(slope(west ^ south, fx, fy - 1), slope(east ^ south, fx - 1, fy - 1), u);
  return lerp(upper, lower, fade(fy)) * 1.5;
};

/** Octaves of noise, each rotated a little to hide the lattice; about -1 to 1. */
export const fractal = (x: number, y: number, octaves: number, seed: number): number => {
  let [px, py, amplitude, sum, total] = [x, y, 1, 0, 0];
  for (let octave = 0; octave < octaves; octave += 1) {
    sum += amplitude * noise(px, py, seed + octave);
    total += amplitude;
    amplitude *= 0.5;
    const turned = 1.6 * px + 1.2 * py;
    py = 1.6 * py - 1.2 * px;
    px = turned;
  }
  return sum / total;
};

/** Sharp crests and smooth valleys, as eroded rock has them; about 0 to 1. */
export const ridged = (x: number, y: number, octaves: number, seed: number): number => {
  let [px, py, amplitude, sum, total, weight] = [x, y, 1, 0, 0, 1];
  for (let octave = 0; octave < octaves; octave += 1) {
    const crest = 1 - Math.abs(noise(px, py, seed + octave));
    const sharp = crest * crest * weight;
    sum += amplitude * sharp;
    total += amplitude;
    weight = Math.min(1, sharp * 1.6);
    amplitude *= 0.5;
    const turned = 1.62 * px + 1.18 * py;
    py = 1.62 * py - 1.18 * px;
    px = turned;
  }
  return sum / total;
};
