import { existsSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import type { ImageType } from '../../../shared/operations/image-type.ts';
import { type OperationName, rowOf } from '../../../shared/operations/table.ts';

/*
 * What each row's example draws of the one picture, kept as files: `NAME.webp` of the picture without a
 * hole, `NAME.clear.webp` with it. What answers in words is kept as `NAME.json`.
 */

const folder = new URL('./', import.meta.url);

export const goldenFile = (name: OperationName, clear: boolean, extension: string): URL =>
  new URL(`${name}${clear ? '.clear' : ''}.${extension}`, folder);

export function readGolden(name: OperationName, clear: boolean, extension: string): Buffer {
  const file = goldenFile(name, clear, extension);
  if (!existsSync(file)) throw new Error(`${file.pathname} is missing; draw it: npm run golden`);
  return readFileSync(file);
}

/** The row's example in a type; `format` is its own. */
export function goldenRecipe(name: OperationName, type: ImageType): string {
  const format = `format,f_${type}`;
  return name === 'format' ? format : `${rowOf(name).example}__op__${format}`;
}

const hashed = { width: 9, height: 8 } as const;
const grid = { width: 8, height: 6 } as const;

/**
 * The first frame on white, where formats with alpha and without show the same. As plain pixels:
 * from a file sharp would shrink while decoding, in each format in another way.
 */
async function firstFrame(bytes: Uint8Array) {
  const image = sharp(bytes).flatten({ background: '#FFFFFF' }).toColourspace('srgb');
  const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return () => sharp(data, { raw: { width, height, channels } });
}
type Frame = Awaited<ReturnType<typeof firstFrame>>;

/**
 * The difference hash of a picture, 64 signs of the slope between neighbours: what it shows, whatever
 * its size, type and quality. https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html
 */
async function differenceHash(frame: Frame): Promise<readonly boolean[]> {
  const { width, height } = hashed;
  const image = frame().greyscale().resize(width, height, { fit: 'fill' });
  const grey = await image.raw().toBuffer();
  return Array.from({ length: (width - 1) * height }, (_, at) => {
    const left = Math.floor(at / (width - 1)) * width + (at % (width - 1));
    return (grey[left] ?? 0) < (grey[left + 1] ?? 0);
  });
}

/** The colours of a coarse grid, for what a hash of greys cannot see. */
async function colourGrid(frame: Frame): Promise<Uint8Array> {
  return frame().resize(grid.width, grid.height, { fit: 'fill' }).raw().toBuffer();
}

/** What two pictures are told apart by. */
export type Fingerprint = {
  readonly hash: readonly boolean[];
  readonly colours: Uint8Array;
};

export async function fingerprintOf(bytes: Uint8Array): Promise<Fingerprint> {
  const frame = await firstFrame(bytes);
  return { hash: await differenceHash(frame), colours: await colourGrid(frame) };
}

/** How far two pictures are apart: signs of the hash, and the most of any channel in the grid. */
export function distanceOf(one: Fingerprint, other: Fingerprint) {
  const channels = [...one.colours].map((value, at) => Math.abs(value - (other.colours[at] ?? 0)));
  const signs = one.hash.filter((sign, at) => sign !== other.hash[at]);
  return { hash: signs.length, colour: Math.max(...channels) };
}
