import sharp from 'sharp';
import { clamp, lerp } from './maths.ts';
import { fractal, noise } from './noise.ts';
import type { PaintVector } from './terrain.ts';
import type { PaintPoint } from './vector.ts';
import { polygon, rasterised } from './vector.ts';

/** `paper-boat.png`: a folded boat on a transparent ground, with a soft shadow and rings of water. */

const sheet = { width: 1200, height: 900 };

/** The folds, in units of half the boat's length: x along it, y up, z towards the eye. */
const bow: PaintVector = [-1, 0.5, 0];
const stern: PaintVector = [1, 0.47, 0];
const keelBow: PaintVector = [-0.5, 0, 0];
const keelStern: PaintVector = [0.52, 0, 0];
const rim = (side: number): PaintVector => [0, 0.3, 0.36 * side];
const floor = (side: number): PaintVector => [0, 0, 0.2 * side];
const peak: PaintVector = [0.01, 1.02, 0];
const sailBow: PaintVector = [-0.44, 0.32, 0];
const sailStern: PaintVector = [0.44, 0.32, 0];
const sailFront: PaintVector = [0.0, 0.22, 0.22];

interface Facet {
  readonly corners: readonly PaintVector[];
  readonly tone: number;
  /** Share of the facet's top edge that carries the coloured band. */
  readonly band?: number;
}

/** Far facets first. */
const facets: readonly Facet[] = [
  { corners: [bow, rim(-1), floor(-1), keelBow], tone: 0.5 },
  { corners: [stern, rim(-1), floor(-1), keelStern], tone: 0.6 },
  { corners: [sailBow, peak, sailFront], tone: 1 },
  { corners: [sailStern, peak, sailFront], tone: 0.8 },
  { corners: [bow, rim(1), floor(1), keelBow], tone: 1, band: 0.2 },
  { corners: [stern, rim(1), floor(1), keelStern], tone: 0.76, band: 0.2 },
];

const turn = -0.42;
const tilt = 0.3;

/** Turned a little, seen from a little above, with perspective. */
const project = ([x, y, z]: PaintVector): PaintPoint => {
  const across = x * Math.cos(turn) - z * Math.sin(turn);
  const deep = x * Math.sin(turn) + z * Math.cos(turn);
  const up = y * Math.cos(tilt) - deep * Math.sin(tilt);
  const near = 1 / (1 - (deep * Math.cos(tilt) + y * Math.sin(tilt)) * 0.14);
  return [610 + across * 520 * near, 700 - up * 560 * near];
};

const grey = (tone: number): string => {
  const [r, g, b] = [253 * tone + 4, 251 * tone + 3, 246 * tone ** 0.86 + 6];
  return `rgb(${[r, g, b].map((v) => Math.round(clamp(v, 0, 255))).join(' ')})`;
};

const between = (a: PaintVector, b: PaintVector, t: number): PaintVector => [
  lerp(a[0], b[0], t),
  lerp(a[1], b[1], t),
  lerp(a[2], b[2], t),
];

const bandOf = (corners: readonly PaintVector[], share: number, tone: number): string => {
  const [tip, middle, low, keel] = corners;
  if (tip === undefined || middle === undefined || low === undefined || keel === undefined)
    return '';
  const strip = [
    between(tip, keel, share * 0.42),
    between(middle, low, share * 0.55),
    between(middle, low, share * 1.55),
    between(tip, keel, share * 1.3),
  ];
  const colour = `rgb(${Math.round(232 * tone)} ${Math.round(84 * tone)} ${Math.round(66 * tone)})`;
  return `<path d="${polygon(strip.map(project))}" fill="${colour}" opacity=".92"/>`;
};

const fold = ({ corners, tone, band }: Facet, index: number): string => {
  const points = corners.map(project);
  const [first, , third] = points;
  const [from, to] = [first ?? [0, 0], third ?? [0, 0]];
  return `<linearGradient id="f${index}" gradientUnits="userSpaceOnUse" x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}">
      <stop offset="0" stop-color="${grey(tone)}"/><stop offset="1" stop-color="${grey(tone * 0.9)}"/></linearGradient>
    <path d="${polygon(points)}" fill="url(#f${index})" stroke="${grey(tone * 0.95)}" stroke-width="1.5" stroke-linejoin="round"/>
    ${band === undefined ? '' : bandOf(corners, band, tone)}
    <path d="${polygon(points)}" fill="none" stroke="#fff" stroke-opacity=".5" stroke-width="2" stroke-linejoin="round"/>`;
};

/** The shade the sail casts into the hull, and the dark under the near rim. */
const inner = (): string => {
  const shade = [sailBow, rim(-1), sailStern, rim(1)].map(project);
  return `<path d="${polygon(shade)}" fill="#3b4657" opacity=".38" filter="url(#shade)"/>`;
};

const ring = (rx: number, ry: number, width: number, alpha: number): string =>
  `<ellipse cx="590" cy="716" rx="${rx}" ry="${ry}" fill="none" stroke="#2f8fb8" stroke-width="${width}" stroke-opacity="${alpha}"/>`;

const water = (): string => `
  <defs><radialGradient id="pool"><stop offset="0" stop-color="#2b86b3" stop-opacity=".62"/>
    <stop offset=".55" stop-color="#4aa9cf" stop-opacity=".34"/><stop offset="1" stop-color="#7cc9e4" stop-opacity="0"/></radialGradient>
    <filter id="shade" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="9"/></filter>
    <filter id="cast" x="-50%" y="-100%" width="200%" height="300%"><feGaussianBlur stdDeviation="24"/></filter>
    <filter id="wet" x="-10%" y="-10%" width="120%" height="120%"><feGaussianBlur stdDeviation="2.2"/></filter></defs>
  <ellipse cx="590" cy="716" rx="585" ry="150" fill="url(#pool)"/>
  <g filter="url(#wet)">${ring(360, 74, 5, 0.42)}${ring(448, 100, 4, 0.28)}${ring(535, 128, 3, 0.16)}</g>
  <ellipse cx="600" cy="728" rx="330" ry="56" fill="#0b2436" opacity=".55" filter="url(#cast)"/>
  <ellipse cx="540" cy="728" rx="245" ry="24" fill="#081a28" opacity=".6" filter="url(#shade)"/>`;

/** Paper texture: faint mottling on the opaque parts, none on the shadow. */
const withFibres = async (png: Buffer): Promise<Buffer> => {
  const { data, info } = await sharp(png).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  for (let i = 0; i < data.length; i += 4) {
    if ((data[i + 3] ?? 0) < 250) continue;
    const [x, y] = [(i / 4) % info.width, Math.floor(i / 4 / info.width)];
    const fibre = 3.4 * noise(x / 2.1, y / 3.4, 5) + 4 * fractal(x / 60, y / 60, 4, 6);
    for (let channel = i; channel < i + 3; channel += 1) {
      data[channel] = clamp(Math.round((data[channel] ?? 0) + fibre), 0, 255);
    }
  }
  return sharp(data, { raw: { width: info.width, height: info.height, channels: 4 } })
    .png({ compressionLevel: 9, effort: 10 })
    .toBuffer();
};

export const paintPaperBoat = async (scale = 1): Promise<Buffer> => {
  const hull = facets.map((facet, index) => (index === 2 ? inner() : '') + fold(facet, index));
  return withFibres(await rasterised(sheet, water() + hull.join(''), scale));
};
