import { readdir, readFile, stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { samples, samplesFolder } from '../../../local/demo/samples.ts';

const file = (name: string): string => join(samplesFolder, name);
const metadata = (name: string) => sharp(file(name)).metadata();
const bytes = async (name: string): Promise<number> => (await stat(file(name))).size;

/** Whether there are transparent and opaque pixels, and the number of alpha levels. */
const alphaOf = async (name: string) => {
  const alpha = await sharp(file(name)).extractChannel('alpha').raw().toBuffer();
  const levels = new Set(alpha);
  return { clear: levels.has(0), solid: levels.has(255), levels: levels.size };
};

describe('the sample images', () => {
  it('are exactly the listed files', async () => {
    expect(isAbsolute(samplesFolder)).toBe(true);
    const files = await readdir(samplesFolder);
    expect(files.sort()).toEqual(samples.map(({ name }) => name).sort());
  });

  it('have a title and one sentence each', () => {
    for (const { title, about } of samples) {
      expect(title).toMatch(/^[A-Z][a-z ]+$/);
      expect(about).toMatch(/^[A-Z][^\n]+\.$/);
    }
  });

  it('take at most 6 MB together', async () => {
    const sizes = await Promise.all(samples.map(({ name }) => bytes(name)));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(6_000_000);
  });

  it.each([
    ['alpine-lake.jpg', 'jpeg', 2400, 1600],
    ['dunes at dusk.jpg', 'jpeg', 2000, 1333],
    ['paper-boat.png', 'png', 1200, 900],
    ['tide.gif', 'gif', 480, 320],
    ['portrait.jpg', 'jpeg', 1600, 1200],
    ['observatory.jpg', 'jpeg', 4800, 3200],
    ['poster.png', 'png', 1000, 1400],
    ['lantern.webp', 'webp', 560, 760],
    ['mark.png', 'png', 400, 400],
  ])('%s is a %s of %i by %i', async (name, format, width, height) => {
    expect(await metadata(name)).toMatchObject({ format, width, height, space: 'srgb' });
  });

  it('decode without a warning', async () => {
    for (const { name } of samples) {
      await sharp(await readFile(file(name)), { animated: true, failOn: 'warning' }).stats();
    }
  });
});

describe('the features of the sample images', () => {
  it('the photographs hold fine detail', async () => {
    expect(await bytes('alpine-lake.jpg')).toBeGreaterThan(400_000);
    expect(await bytes('dunes at dusk.jpg')).toBeGreaterThan(150_000);
  });

  it.each(['paper-boat.png', 'mark.png', 'lantern.webp'])('%s fades to nothing', async (name) => {
    const { clear, solid, levels } = await alphaOf(name);
    expect({ clear, solid }).toEqual({ clear: true, solid: true });
    expect(levels).toBeGreaterThan(64);
  });

  it('the tide is animated, for ever, with differing delays', async () => {
    const { pages, loop, delay } = await metadata('tide.gif');
    expect({ pages, loop }).toEqual({ pages: 24, loop: 0 });
    expect(new Set(delay).size).toBeGreaterThan(1);
    expect(await bytes('tide.gif')).toBeLessThanOrEqual(800_000);
  });

  it('the lantern is animated and transparent', async () => {
    expect(await metadata('lantern.webp')).toMatchObject({ pages: 16, loop: 0, hasAlpha: true });
  });

  it('the portrait is stored on its side until its orientation is applied', async () => {
    const { orientation, autoOrient } = await metadata('portrait.jpg');
    expect(orientation).toBe(6);
    expect(autoOrient).toEqual({ width: 1200, height: 1600 });
  });

  it('the observatory is above 12 megapixels, in a moderate file', async () => {
    const { width, height } = await metadata('observatory.jpg');
    expect(width * height).toBeGreaterThan(12_000_000);
    expect(await bytes('observatory.jpg')).toBeLessThanOrEqual(2_500_000);
  });

  it('the poster is opaque and has a palette', async () => {
    expect(await metadata('poster.png')).toMatchObject({ hasAlpha: false, isPalette: true });
  });
});
