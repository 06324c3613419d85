import { readFileSync } from 'node:fs';
import sharp, { type Sharp } from 'sharp';
import { rgbaToThumbHash } from 'thumbhash';
import { samplesFolder } from '../../local/demo/samples.ts';
import { jpegSegment, withSegments } from './encoders.ts';

/*
 * CPU time of pictures that are turned, grey, described or limited in bytes, beside that of sharp alone with the same
 * settings. Both draw in one process and take turns, so that another program on the machine disturbs both alike.
 */

/** The size of a source of 12 megapixels, and of the answers that show it as a whole. */
const full = { width: 4_000, height: 3_000 } as const;
const small = { width: 800, height: 600 } as const;
const sideways = { width: 600, height: 800 } as const;

const sizedTo = (size: { readonly width: number; readonly height: number }) =>
  ({ ...size, fit: 'fill', fastShrinkOnLoad: false }) as const;

/** The settings with which the renderer encodes a JPEG of these sizes. */
const trellis = { quantisationTable: 3, trellisQuantisation: true, overshootDeringing: true };

const asJpeg = (image: Sharp, quality = 80) => image.jpeg({ quality, ...trellis }).toBuffer();

/** The largest quality whose JPEG fits, found one after the other. */
async function searchLinearly(source: Buffer, max: number): Promise<Buffer> {
  const { data, info } = await sharp(source)
    .resize(sizedTo(small))
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const pixels = sharp(data, { raw: { width, height, channels } });
  let bytes = data;
  for (const quality of [80, 70, 60, 50, 40, 30]) {
    bytes = await asJpeg(pixels.clone(), quality);
    if (bytes.length <= max) break;
  }
  return bytes;
}

async function hashThumb(source: Buffer): Promise<Buffer> {
  const size = { width: 100, height: 75 };
  const image = sharp(source).resize(sizedTo(size)).ensureAlpha();
  return Buffer.from(rgbaToThumbHash(size.width, size.height, await image.raw().toBuffer()));
}

/** libwebp scales to twice the size, and the filter of libvips does the rest. */
async function shrinkWebp(source: Buffer): Promise<Buffer> {
  const twice = { width: 2 * small.width, height: 2 * small.height, fit: 'fill' } as const;
  const { data, info } = await sharp(source)
    .resize(twice)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return asJpeg(sharp(data, { raw: { width, height, channels } }).resize(sizedTo(small)));
}

export type CostCase = {
  readonly name: string;
  readonly source: 'jpg' | 'grey' | 'sideways' | 'webp';
  readonly recipe: string;
  /** The most CPU time that ours may take, in that of sharp alone. 1.3 if left out. */
  readonly most?: number;
  /** How a JSON answer writes what sharp alone makes. */
  readonly written?: (bytes: Buffer) => string;
  /** Makes the same answer with sharp alone. */
  readonly bare: (source: Buffer) => Promise<Buffer>;
};

const scaled = 'resize,w_800';
const jpg = 'format,f_jpg';

export const costCases: readonly CostCase[] = [
  {
    name: 'a JPEG',
    source: 'jpg',
    recipe: `${scaled}__op__${jpg}`,
    bare: (source) => asJpeg(sharp(source).resize(sizedTo(small))),
  },
  {
    name: 'a WebP',
    source: 'webp',
    recipe: `${scaled}__op__${jpg}`,
    bare: shrinkWebp,
  },
  {
    name: 'a grey JPEG',
    source: 'grey',
    recipe: `${scaled}__op__${jpg}`,
    bare: (source) => asJpeg(sharp(source).resize(sizedTo(small))),
  },
  {
    name: 'a mirrored JPEG',
    source: 'jpg',
    recipe: `flip,d_h__op__${scaled}__op__${jpg}`,
    bare: (source) => asJpeg(sharp(source).resize(sizedTo(small)).flop()),
  },
  {
    name: 'a JPEG turned by 90 degrees',
    source: 'jpg',
    recipe: `rotate,a_90__op__resize,w_600__op__${jpg}`,
    bare: (source) => asJpeg(sharp(source).resize(sizedTo(small)).rotate(90)),
  },
  {
    name: 'a JPEG stored sideways',
    source: 'sideways',
    recipe: `resize,w_600__op__${jpg}`,
    bare: (source) => asJpeg(sharp(source).autoOrient().resize(sizedTo(sideways))),
  },
  {
    name: 'a square of a JPEG stored sideways',
    source: 'sideways',
    recipe: `resize,m_fill,w_600,h_600__op__${jpg}`,
    bare: (source) =>
      asJpeg(
        sharp(source).autoOrient().resize({ width: 600, height: 600, fastShrinkOnLoad: false }),
      ),
  },
  {
    name: 'a ThumbHash',
    source: 'jpg',
    recipe: 'placeholder,k_thumbhash',
    written: (bytes) => bytes.toString('base64'),
    bare: hashThumb,
  },
  {
    name: 'a tiny data URL',
    source: 'jpg',
    recipe: 'placeholder,k_lqip',
    written: (bytes) => `data:image/webp;base64,${bytes.toString('base64')}`,
    bare: (source) =>
      sharp(source)
        .resize(sizedTo({ width: 16, height: 12 }))
        .ensureAlpha()
        .webp({ quality: 40, effort: 4 })
        .toBuffer(),
  },
  {
    name: 'an average colour',
    source: 'jpg',
    recipe: 'average-hue',
    written: (bytes) => `0x${bytes.toString('hex').toUpperCase()}`,
    bare: (source) =>
      sharp(source)
        .resize(sizedTo({ width: 1, height: 1 }))
        .raw()
        .toBuffer(),
  },
  {
    name: 'a JPEG of at most 60,000 bytes',
    source: 'jpg',
    recipe: `${scaled}__op__quality,max_60000__op__${jpg}`,
    // Two runs of the encoder would do. The search halves the qualities, and needs three.
    most: 1.6,
    bare: (source) => searchLinearly(source, 60_000),
  },
  {
    name: 'a JPEG of at most 30,000 bytes',
    source: 'jpg',
    recipe: `${scaled}__op__quality,max_30000__op__${jpg}`,
    bare: (source) => searchLinearly(source, 30_000),
  },
];

/** EXIF with nothing but the orientation 6. */
const turned = Buffer.from('4d4d002a00000008000101120003000000010006000000000000', 'hex');

/** The demo's photograph with grain, which makes it as large as a photograph of 12 megapixels is. */
export async function makeCostSources(): Promise<Readonly<Record<CostCase['source'], Buffer>>> {
  const photograph = readFileSync(`${samplesFolder}/observatory.jpg`);
  const grain = await sharp({
    create: {
      ...full,
      channels: 3,
      background: '#000',
      noise: { type: 'gaussian', mean: 128, sigma: 12 },
    },
  })
    .png({ compressionLevel: 0 })
    .toBuffer();
  const pixels = await sharp(photograph)
    .resize({ ...full, fit: 'fill' })
    .composite([{ input: grain, blend: 'soft-light' }])
    .png({ compressionLevel: 0 })
    .toBuffer();
  const colour = await sharp(pixels).jpeg({ quality: 90 }).toBuffer();
  const exif = jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), turned]));
  return {
    jpg: colour,
    grey: await sharp(pixels).greyscale().toColourspace('b-w').jpeg({ quality: 90 }).toBuffer(),
    sideways: withSegments(colour, [exif]),
    webp: await sharp(pixels).webp({ quality: 85, effort: 1 }).toBuffer(),
  };
}

async function measureCpu(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

const medianOf = (all: readonly number[]): number =>
  all.toSorted((one, other) => one - other)[Math.floor(all.length / 2)] ?? 0;

/** The CPU time of ours over that of sharp alone, as medians of so many rounds. Each has drawn once before. */
export async function measureRatio(
  ours: () => Promise<unknown>,
  bare: () => Promise<unknown>,
  rounds: number,
): Promise<number> {
  const times: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const [one, other] = [await measureCpu(bare), await measureCpu(ours)];
    if (round === 0) continue;
    times.bare.push(one);
    times.ours.push(other);
  }
  return medianOf(times.ours) / medianOf(times.bare);
}
