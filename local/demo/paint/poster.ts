import sharp from 'sharp';
import type { Inks } from './poster-tiles.ts';
import { letters, tiles } from './poster-tiles.ts';
import type { PaintRandom } from './random.ts';
import { seeded } from './random.ts';
import { rasterised } from './vector.ts';

/** `poster.png`: flat shapes on a grid, and the name in drawn letters. */

const sheet = { width: 1000, height: 1400 };
const paper = '#f4ead6';
const ink = '#16233f';
const palette = [paper, '#e4502e', '#f2a93b', '#1f6f78', ink, '#e9b7a0', '#7fb5a8'] as const;
const grid = { columns: 5, rows: 6, size: 172, left: 70, top: 70 };

const pick = (random: PaintRandom, not: readonly string[]): string => {
  const left = palette.filter((colour) => !not.includes(colour));
  return left[Math.floor(random() * left.length)] ?? ink;
};

/** No tile has the background of a neighbour, so that every square is visible. */
const inksFor = (random: PaintRandom, grounds: readonly string[], index: number): Inks => {
  const beside = index % grid.columns === 0 ? '' : (grounds[index - 1] ?? '');
  const a = pick(random, [beside, grounds[index - grid.columns] ?? '']);
  const b = pick(random, [a]);
  return { a, b, c: pick(random, [a, b]) };
};

const mosaic = (seed: number): string => {
  const random = seeded(seed);
  const grounds: string[] = [];
  let last = -1;
  const squares = Array.from({ length: grid.columns * grid.rows }, (_, index) => {
    const inks = inksFor(random, grounds, index);
    grounds.push(inks.a);
    let kind = Math.floor(random() * tiles.length);
    if (kind === last) kind = (kind + 1) % tiles.length;
    last = kind;
    const x = grid.left + (index % grid.columns) * grid.size;
    const y = grid.top + Math.floor(index / grid.columns) * grid.size;
    const quarterTurns = 90 * Math.floor(random() * 4);
    return `<g transform="translate(${x} ${y}) scale(${grid.size / 100}) rotate(${quarterTurns} 50 50)">${tiles[kind]?.(inks) ?? ''}</g>`;
  });
  return squares.join('');
};

const word = (text: string, top: number): string => {
  const widths = [...text].map((letter) => (letter === 'I' ? 54 : 122));
  const gap = (860 - widths.reduce((sum, width) => sum + width, 0)) / (text.length - 1);
  let x = 70;
  const shapes = [...text].map((letter, i) => {
    const width = widths[i] ?? 0;
    const shape = `<path transform="translate(${x + width / 2 - 61} ${top}) scale(1.22)" d="${letters[letter] ?? ''}"/>`;
    x += width + gap;
    return shape;
  });
  return `<g fill="none" stroke="${ink}" stroke-width="24">${shapes.join('')}</g>`;
};

export const paintPoster = async (scale = 1, seed = 22): Promise<Buffer> => {
  const body = `<rect width="1000" height="1400" fill="${paper}"/>${mosaic(seed)}${word('SIGNET', 1166)}
    <rect x="70" y="1316" width="860" height="10" fill="${ink}"/><circle cx="920" cy="1350" r="10" fill="#e4502e"/>`;
  return sharp(await rasterised(sheet, body, scale))
    .removeAlpha()
    .png({ palette: true, colours: 128, dither: 0, effort: 10 })
    .toBuffer();
};
