import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { inspectJpeg } from '../../../../shared/inspect/jpeg/inspect-jpeg.ts';
import { markerSegment } from './jpeg-writer.ts';
import { soundJpegs } from './sound-jpegs.ts';

/** Decodes without turning by EXIF. The inspected file must not even cause a warning. */
const decode = (bytes: Uint8Array, failOn: 'none' | 'warning'): Promise<Buffer> =>
  sharp(bytes, { failOn }).raw().toBuffer();

const junk = Buffer.from('junk');
const comment = markerSegment(0xfe, 'a comment that is secret');

/** Ways to spoil a file that change no pixel. */
const spoilt: Readonly<Record<string, (file: Buffer) => Buffer>> = {
  'as it is': (file) => file,
  'with junk behind SOI': (file) => Buffer.concat([file.subarray(0, 2), junk, file.subarray(2)]),
  'with a comment behind SOI': (file) =>
    Buffer.concat([file.subarray(0, 2), comment, file.subarray(2)]),
  'with a text behind EOI': (file) => Buffer.concat([file, Buffer.from('secret'), file]),
};

const cases = Object.entries(soundJpegs).flatMap(([kind, encode]) =>
  Object.entries(spoilt).map(([how, spoil]) => ({ kind, how, encode, spoil })),
);

describe('the pixels of an inspected JPEG', () => {
  it.each(cases)('are those of the original: $kind, $how', async ({ encode, spoil }) => {
    const file = spoil(await encode());
    const { bytes } = inspectJpeg(file);
    const [written, original] = [await decode(bytes, 'warning'), await decode(file, 'none')];
    expect(written.equals(original)).toBe(true);
    expect(Buffer.from(bytes).includes('secret')).toBe(false);
    expect(Buffer.from(inspectJpeg(bytes).bytes).equals(bytes)).toBe(true);
  });
});

describe('the facts of a file of an encoder', () => {
  it.each<[keyof typeof soundJpegs, object]>([
    ['baseline', { channels: 3, profile: false, orientation: 1 }],
    ['grey', { channels: 1, profile: false, orientation: 1 }],
    ['CMYK', { channels: 4 }],
    ['a profile', { channels: 3, profile: true, orientation: 1 }],
    ['metadata', { channels: 3, orientation: 6 }],
  ])('are what was asked for: %s', async (kind, facts) => {
    const file = await soundJpegs[kind]?.();
    expect(inspectJpeg(file ?? Buffer.alloc(0)).facts).toMatchObject({
      ...{ width: 83, height: 61 },
      ...facts,
    });
  });
});
