import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { samplesFolder } from '../../local/demo/samples.ts';
import type { OperationName } from '../../shared/operations/table.ts';
import { jpegSegment, withSegments } from './encoders.ts';

/*
 * One picture in every kind of source that tenants upload: whatever the file, it shows the same.
 * What it shows has a photograph, a border in one colour, and in the clear kinds a hole.
 */

export const scene = { width: 240, height: 180 } as const;

/** How far a kind's own colours are from the picture's: an inked gamut, or 256 colours. */
type Loss = 'none' | 'gamut' | 'palette';

export type SourceKind = {
  readonly name: string;
  readonly type: 'jpg' | 'png' | 'webp' | 'gif';
  readonly clear: boolean;
  readonly frames: number;
  readonly loss: Loss;
  /** Rows that see what the kind's encoder did rather than the picture. */
  readonly blind: readonly OperationName[];
  readonly make: (picture: Sharp) => Promise<Buffer>;
};

const border = 10;
const clearBox = { left: 150, top: 18, width: 72, height: 48 };

async function photograph(): Promise<Buffer> {
  const inner = { width: scene.width - 2 * border, height: scene.height - 2 * border };
  const edges = { top: border, bottom: border, left: border, right: border };
  // From memory: where something is rendered, sharp opens no file.
  return sharp(readFileSync(path.join(samplesFolder, 'portrait.jpg')))
    .resize({ ...inner, fit: 'cover' })
    .extend({ ...edges, background: '#FFFFFF' })
    .png()
    .toBuffer();
}

/** The picture without loss, with its hole or without. */
export async function drawScene(clear: boolean): Promise<Sharp> {
  const opaque = await photograph();
  if (!clear) return sharp(opaque);
  const { left, top, width, height } = clearBox;
  const hole = { create: { width, height, channels: 4 as const, background: '#000000' } };
  const holed = await sharp(opaque)
    .composite([{ input: hole, left, top, blend: 'dest-out' }])
    .png()
    .toBuffer();
  return sharp(holed);
}

/** EXIF with nothing but an orientation: https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, 4.6.2 */
function orientation(value: number): Buffer {
  const tiff = `4d4d002a00000008000101120003000000010${value.toString(16).padStart(3, '0')}0000`;
  return jpegSegment(
    0xe1,
    Buffer.concat([Buffer.from('Exif\0\0'), Buffer.from(tiff, 'hex'), Buffer.alloc(4)]),
  );
}

/** The picture and two darker ones: encoders would make one of frames that are equal. */
async function moving(picture: Sharp): Promise<Sharp> {
  const one = await picture.ensureAlpha().raw().toBuffer();
  const frames = [1, 0.8, 0.6].map((light) =>
    one.map((value, at) => (at % 4 === 3 ? value : value * light)),
  );
  const { width, height } = scene;
  return sharp(Buffer.concat(frames), {
    raw: { width, height: height * frames.length, channels: 4, pageHeight: height },
    animated: true,
  });
}

const best = { quality: 100, chromaSubsampling: '4:4:4' } as const;
const timing = { delay: [100, 200, 300], loop: 0 };
const still = { clear: false, frames: 1, loss: 'none', blind: [] } as const;
const holed = { ...still, clear: true } as const;

export const sourceKinds: readonly SourceKind[] = [
  { ...still, name: 'JPEG', type: 'jpg', make: (one) => one.jpeg(best).toBuffer() },
  {
    ...still,
    name: 'JPEG, progressive',
    type: 'jpg',
    make: (one) => one.jpeg({ ...best, progressive: true }).toBuffer(),
  },
  {
    ...still,
    name: 'JPEG, stored sideways',
    type: 'jpg',
    // Orientation 6 says: turn a quarter clockwise to see it upright.
    make: async (one) =>
      withSegments(await one.rotate(270).jpeg(best).toBuffer(), [orientation(6)]),
  },
  {
    ...still,
    name: 'JPEG in Display P3',
    type: 'jpg',
    make: (one) => one.withIccProfile('p3').jpeg(best).toBuffer(),
  },
  {
    ...still,
    name: 'JPEG in CMYK with its profile',
    type: 'jpg',
    loss: 'gamut',
    make: (one) => one.toColourspace('cmyk').withIccProfile('cmyk').jpeg(best).toBuffer(),
  },
  { ...still, name: 'PNG', type: 'png', make: (one) => one.png().toBuffer() },
  {
    ...still,
    name: 'PNG, interlaced',
    type: 'png',
    make: (one) => one.png({ progressive: true }).toBuffer(),
  },
  {
    ...still,
    name: 'PNG of 16 bits',
    type: 'png',
    make: (one) => one.toColourspace('rgb16').png().toBuffer(),
  },
  {
    ...still,
    name: 'PNG of 16 bits in Display P3',
    type: 'png',
    make: (one) => one.toColourspace('rgb16').withIccProfile('p3').png().toBuffer(),
  },
  {
    ...still,
    name: 'WebP',
    type: 'webp',
    // The photograph runs into its border a little.
    blind: ['trim'],
    make: (one) => one.webp({ quality: 100, smartSubsample: true }).toBuffer(),
  },
  { ...holed, name: 'PNG with alpha', type: 'png', make: (one) => one.png().toBuffer() },
  {
    ...holed,
    name: 'PNG of 16 bits with alpha',
    type: 'png',
    make: (one) => one.toColourspace('rgb16').png().toBuffer(),
  },
  {
    ...holed,
    name: 'PNG of 256 colours',
    type: 'png',
    loss: 'palette',
    make: (one) => one.png({ palette: true }).toBuffer(),
  },
  {
    ...holed,
    name: 'WebP without loss',
    type: 'webp',
    make: (one) => one.webp({ lossless: true }).toBuffer(),
  },
  { ...holed, name: 'GIF', type: 'gif', loss: 'palette', make: (one) => one.gif().toBuffer() },
  {
    ...holed,
    name: 'GIF that moves',
    type: 'gif',
    frames: 3,
    loss: 'palette',
    make: async (one) => (await moving(one)).gif(timing).toBuffer(),
  },
  {
    ...holed,
    name: 'WebP that moves',
    type: 'webp',
    frames: 3,
    make: async (one) => (await moving(one)).webp({ lossless: true, ...timing }).toBuffer(),
  },
];
