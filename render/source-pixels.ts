import type { Sharp } from 'sharp';
import type { ColourMap } from '../shared/inspect/icc/colour-map.ts';
import type { SourceFacts } from '../shared/inspect/inspection.ts';
import { type Job, type Pixels, readPixels, runSharp } from './chain.ts';

/** Turns 16 bits into 8, in place, and grey into the levels of its curve. Alpha is the fourth channel. */
function narrowSamples(samples: Uint16Array, channels: number, levels?: Uint8Array): Buffer {
  const narrow = Buffer.from(samples.buffer, samples.byteOffset, samples.length);
  for (let at = 0; at < samples.length; at += 1) {
    const sample = samples[at] ?? 0;
    const isLinear = levels === undefined || at % channels === 3;
    narrow[at] = isLinear ? Math.round(sample / 257) : (levels[sample] ?? 0);
  }
  return narrow;
}

/** Turns colours in 16 bits into sRGB in 8, in place. Alpha is the fourth channel. */
function mapColours(samples: Uint16Array, channels: number, map: ColourMap): Buffer {
  const narrow = Buffer.from(samples.buffer, samples.byteOffset, samples.length);
  const [reds, greens, blues] = map.lights;
  const toLevel = (light: number): number =>
    map.levels[Math.round(0xffff * Math.min(1, Math.max(0, light)))] ?? 0;
  const [[rr, rg, rb], [gr, gg, gb], [br, bg, bb]] = map.matrix;
  for (let at = 0; at < samples.length; at += channels) {
    const red = reds[samples[at] ?? 0] ?? 0;
    const green = greens[samples[at + 1] ?? 0] ?? 0;
    const blue = blues[samples[at + 2] ?? 0] ?? 0;
    const alpha = samples[at + 3] ?? 0;
    narrow[at] = toLevel(rr * red + gr * green + br * blue);
    narrow[at + 1] = toLevel(rg * red + gg * green + bg * blue);
    narrow[at + 2] = toLevel(rb * red + gb * green + bb * blue);
    if (channels === 4) narrow[at + 3] = Math.round(alpha / 257);
  }
  return narrow;
}

/** Turns grey into the levels of its curve, in place. Alpha is the fourth channel. */
function applyLevels(samples: Buffer, channels: number, levels: Uint8Array): Buffer {
  for (let at = 0; at < samples.length; at += 1)
    if (at % channels !== 3) samples[at] = levels[samples[at] ?? 0] ?? 0;
  return samples;
}

const leaveLight = (ink: number, white: number): number => Math.round(((255 - ink) * white) / 255);

/** Turns four inks into red, green and blue, in place: each is what its ink and black leave of the white. */
function mixInks(inks: Buffer): Buffer {
  for (let from = 0, to = 0; from < inks.length; from += 4, to += 3) {
    const white = 255 - (inks[from + 3] ?? 0);
    inks[to] = leaveLight(inks[from] ?? 0, white);
    inks[to + 1] = leaveLight(inks[from + 1] ?? 0, white);
    inks[to + 2] = leaveLight(inks[from + 2] ?? 0, white);
  }
  return inks.subarray(0, (inks.length / 4) * 3);
}

/** Reads CMYK without a profile, as browsers show it. */
async function readInks(job: Job, image: Sharp): Promise<Pixels> {
  const stored = image.pipelineColourspace('cmyk').toColourspace('cmyk');
  const { data, info } = await runSharp(job, stored, (one) =>
    one.raw().toBuffer({ resolveWithObject: true }),
  );
  return { data: mixInks(data), info: { ...info, channels: 3 } };
}

/** libvips draws the frames of a WebP over each other and rounds down: opaque pixels may have an alpha of 254. */
async function readBlended(job: Job, image: Sharp): Promise<Pixels> {
  const pixels = await readPixels(job, image);
  const { data, info } = pixels;
  for (let at = 3; info.channels === 4 && at < data.length; at += 4)
    if (data[at] === 254) data[at] = 255;
  return pixels;
}

/** Reads 16 bits per channel. A profile that has tables of colours is applied by libvips, in 16 bits, too. */
async function readDeepPixels(job: Job, image: Sharp, facts: SourceFacts): Promise<Pixels> {
  const { profile, levels, colourMap } = facts;
  const hasTables = profile && levels === undefined && colourMap === undefined;
  const meant = hasTables ? image.withIccProfile('srgb', { attach: false }) : image;
  const { data, info } = await runSharp(job, meant, (one) =>
    one.toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer({ resolveWithObject: true }),
  );
  const samples = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
  return colourMap === undefined
    ? { data: narrowSamples(samples, info.channels, levels), info }
    : { data: mapColours(samples, info.channels, colourMap), info };
}

/**
 * Reads the pixels of a source as sRGB that sharp would not convert well: sharp takes 16 bits by way of Display
 * P3, which cuts what is outside, colour engines take grey and 16 bits by way of coarse tables, and libvips takes CMYK
 * without a profile as the inks of a press.
 */
export async function readSourcePixels(
  job: Job,
  image: Sharp,
  facts: SourceFacts,
): Promise<Pixels> {
  const { depth, levels, plainInks } = facts;
  if (plainInks) return readInks(job, image);
  if (facts.type === 'webp') return readBlended(job, image);
  if (depth === 16) return readDeepPixels(job, image, facts);
  const { data, info } = await readPixels(job, image);
  return levels === undefined
    ? { data, info }
    : { data: applyLevels(data, info.channels, levels), info };
}
