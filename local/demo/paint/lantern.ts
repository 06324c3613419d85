import sharp from 'sharp';
import type { Rgb } from './colour.ts';
import { dim, encodeColour, hex, mix, plus, ramp } from './colour.ts';
import { bell, clamp, smoothstep } from './maths.ts';
import { fractal } from './noise.ts';
import { drawing } from './vector.ts';

/** `lantern.webp`: a paper lantern swaying on its cord, its glow fading into transparency. */

const sheet = { width: 560, height: 760 };
const frames = 16;
const middle = { x: 280, y: 372 };
const half = { x: 168, y: 190 };
const ribs = 15;

const paper = [
  [0, hex('#5e1209')],
  [0.3, hex('#b52a12')],
  [0.55, hex('#ee6a20')],
  [0.8, hex('#ffb04a')],
  [1, hex('#fff0c0')],
] as const;

/** A ring painted in one stroke, thick where the brush was set down. */
const brushRing = (x: number, y: number): number => {
  const angle = Math.atan2(y, x);
  const thick = 0.085 * (0.35 + 0.65 * (0.5 + 0.5 * Math.cos(angle - 2.3)));
  const edge = Math.abs(Math.hypot(x, y) - 0.46 + 0.012 * fractal(x * 9, y * 9, 3, 4));
  const open = smoothstep(0.0, 0.22, Math.abs(angle + 0.75));
  return smoothstep(thick, thick - 0.03, edge) * open;
};

/** The lit paper at a point of the body, `x` and `y` from -1 to 1. */
const paperAt = (x: number, y: number, flame: number): Rgb => {
  const facing = Math.sqrt(Math.max(0, 1 - x * x - y * y));
  const along = (Math.asin(clamp(y, -1, 1)) / Math.PI + 0.5) * ribs;
  const between = along - Math.floor(along);
  const bulge = 0.8 + 0.2 * Math.sin(Math.PI * between);
  const wire = 1 - 0.45 * bell(Math.min(between, 1 - between), 0.09);
  const bulb = bell(Math.hypot(x * 1.05, y - 0.12), 0.78) * (0.86 + 0.14 * flame);
  const fibre = 1 + 0.07 * fractal(x * 16, y * 26, 4, 9);
  const glow = clamp(0.16 + 0.24 * facing + 0.66 * bulb) * bulge * fibre;
  const round = 0.45 + 0.55 * smoothstep(0, 0.45, facing);
  const lit = dim(ramp(paper, clamp(glow)), wire * round);
  const wrapped = Math.asin(clamp(x / Math.sqrt(Math.max(0.05, 1 - y * y)), -1, 1)) * 0.86;
  return mix(
    lit,
    dim(plus([0.14, 0.008, 0.006], lit, 0.06), round),
    brushRing(wrapped, y * 1.02) * 0.96,
  );
};

/** Straight alpha: the paper inside, and a glow that fades to transparent outside. */
const pixelAt = (column: number, row: number, lean: number, flame: number): readonly number[] => {
  const [dx, dy] = [column - middle.x, row - 20];
  const x = (dx * Math.cos(lean) + dy * Math.sin(lean)) / half.x;
  const y = (dy * Math.cos(lean) - dx * Math.sin(lean) + 20 - middle.y) / half.y;
  const away = Math.hypot(x, y);
  const inside = smoothstep(1.004, 0.994, away);
  const halo = (0.5 + 0.09 * flame) * smoothstep(1.66, 0.9, away) ** 2.2;
  const colour = mix([1, 0.36, 0.08], paperAt(x, y, flame), inside);
  return [
    ...colour.map((light) => Math.round(encodeColour(light))),
    Math.round(255 * (inside + (1 - inside) * halo)),
  ];
};

const glowing = (lean: number, flame: number): Buffer => {
  const pixels = Buffer.alloc(sheet.width * sheet.height * 4);
  for (let i = 0; i < sheet.width * sheet.height; i += 1) {
    pixels.set(pixelAt(i % sheet.width, Math.floor(i / sheet.width), lean, flame), i * 4);
  }
  return pixels;
};

const cap = (y: number, wide: number): string => `
  <rect x="${280 - wide}" y="${y}" width="${wide * 2}" height="34" rx="7" fill="url(#lacquer)"/>
  <rect x="${280 - wide}" y="${y + 13}" width="${wide * 2}" height="7" fill="url(#gilt)"/>`;

const tassel = (swing: number): string => {
  const threads = Array.from({ length: 15 }, (_, i) => {
    const [from, to] = [280 + (i - 7) * 1.5, 280 + (i - 7) * 3 + swing];
    return `M${from} 640C${from} 670 ${to} 690 ${to.toFixed(1)} ${732 - Math.abs(i - 7)}`;
  });
  return `<path d="M280 584V620" stroke="#8c1d12" stroke-width="5"/>
    <path d="${threads.join('')}" stroke="#b3261a" stroke-width="2.6" fill="none"/>
    <circle cx="280" cy="624" r="13" fill="url(#gilt)"/><rect x="269" y="635" width="22" height="12" rx="4" fill="#7a140d"/>`;
};

const fittings = (lean: number, swing: number): Buffer =>
  drawing(
    sheet,
    `<defs><linearGradient id="lacquer"><stop offset="0" stop-color="#120b0c"/><stop offset=".3" stop-color="#5a3a34"/>
      <stop offset=".5" stop-color="#2a1616"/><stop offset="1" stop-color="#0c0707"/></linearGradient>
      <linearGradient id="gilt"><stop offset="0" stop-color="#7a4d14"/><stop offset=".35" stop-color="#ffe08a"/>
      <stop offset="1" stop-color="#6b3f10"/></linearGradient></defs>
    <g transform="rotate(${((lean * -180) / Math.PI).toFixed(3)} 280 20)">
      <path d="M280 20V124" stroke="#2a1616" stroke-width="5"/>
      <path d="M226 166C236 110 324 110 334 166" fill="none" stroke="#2a1616" stroke-width="6"/>
      <circle cx="280" cy="122" r="9" fill="none" stroke="url(#gilt)" stroke-width="5"/>
      ${cap(164, 78)}${cap(548, 78)}${tassel(swing)}</g>`,
  );

const frame = (index: number): Promise<Buffer> => {
  const time = (index / frames) * 2 * Math.PI;
  const lean = 0.035 * Math.sin(time);
  const flame = 0.6 * Math.sin(2 * time + 0.6) + 0.4 * Math.sin(3 * time);
  return sharp(glowing(lean, flame), { raw: { ...sheet, channels: 4 } })
    .composite([{ input: fittings(lean, -9 * Math.cos(time)) }])
    .png()
    .toBuffer();
};

export const paintLantern = async (): Promise<Buffer> => {
  const pages = await Promise.all(Array.from({ length: frames }, (_, i) => frame(i)));
  return sharp(pages, { join: { animated: true } })
    .webp({ quality: 78, alphaQuality: 80, effort: 6, loop: 0, delay: pages.map(() => 110) })
    .toBuffer();
};
