import { lerp } from './maths.ts';

/** Colours in linear light, in which light adds up correctly. */
export type Rgb = readonly [number, number, number];

export const mix = (a: Rgb, b: Rgb, t: number): Rgb => [
  lerp(a[0], b[0], t),
  lerp(a[1], b[1], t),
  lerp(a[2], b[2], t),
];

export const plus = (a: Rgb, b: Rgb, amount = 1): Rgb => [
  a[0] + b[0] * amount,
  a[1] + b[1] * amount,
  a[2] + b[2] * amount,
];

export const times = (a: Rgb, b: Rgb): Rgb => [a[0] * b[0], a[1] * b[1], a[2] * b[2]];

export const dim = (a: Rgb, amount: number): Rgb => [a[0] * amount, a[1] * amount, a[2] * amount];

const decode = (code: number): number => {
  const v = code / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
};

/** `#rrggbb` as linear light. */
export const hex = (code: string): Rgb => {
  const value = Number.parseInt(code.slice(1), 16);
  return [decode(value >> 16), decode((value >> 8) & 255), decode(value & 255)];
};

/** Linear light as a display code, 0 to 255, unrounded. */
export const encodeColour = (light: number): number => {
  const v = Math.max(0, Math.min(1, light));
  return 255 * (v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055);
};

/** Colour stops along 0..1, as in a gradient. */
export const ramp = (stops: readonly (readonly [number, Rgb])[], at: number): Rgb => {
  let previous = stops[0];
  for (const stop of stops) {
    if (previous !== undefined && at < stop[0]) {
      const span = stop[0] - previous[0];
      return span <= 0 ? stop[1] : mix(previous[1], stop[1], Math.max(0, at - previous[0]) / span);
    }
    previous = stop;
  }
  return previous?.[1] ?? [0, 0, 0];
};
