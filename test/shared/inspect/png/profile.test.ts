import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../../shared/limits.ts';
import { iccp, pngChunk, zeros } from '../../../render/encoders.ts';
import { adobeProfile, linearGreyProfile, pngWith } from '../../../render/icc-profiles.ts';
import { chunkTypes, inspect, makePng, palette, refusalOf, withWrongCrc } from './samples.ts';

const gamma = (value: number): Buffer => {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(Math.round(value * 100_000));
  return pngChunk('gAMA', data);
};

const chromaticities = (...values: readonly number[]): Buffer => {
  const data = Buffer.alloc(32);
  for (const [at, value] of values.entries())
    data.writeUInt32BE(Math.round(value * 100_000), 4 * at);
  return pngChunk('cHRM', data);
};

const coded = (...bytes: readonly number[]): Buffer => pngChunk('cICP', Buffer.from(bytes));
const srgb = pngChunk('sRGB', Buffer.from([0]));
const colour = makePng({});
const grey = makePng({ type: 0 });

/** The profile in the file, as libvips sees it. */
const profileIn = async (png: Uint8Array): Promise<Buffer | undefined> =>
  (await sharp(png, { failOn: 'warning' }).metadata()).icc;

const changed = (profile: Buffer, at: number, text: string): Buffer => {
  const copy = Buffer.from(profile);
  copy.write(text, at, 'latin1');
  return copy;
};

describe('an embedded profile', () => {
  it.each([
    ['RGB', colour, adobeProfile],
    ['a palette', makePng({ type: 3 }, [palette]), adobeProfile],
    ['grey', grey, linearGreyProfile],
    ['grey with alpha', makePng({ type: 4 }), linearGreyProfile],
  ])('of %s is kept', async (_, png, profile) => {
    const { facts, bytes } = inspect(pngWith(png, profile));
    expect(facts.profile).toBe(true);
    expect(await profileIn(bytes)).toEqual(profile);
  });

  it('with nearly the largest size is kept', async () => {
    const profile = Buffer.concat([adobeProfile, Buffer.alloc(limits.profileBytes - 1_000)]);
    profile.writeUInt32BE(profile.length, 0);
    const kept = await profileIn(inspect(pngWith(colour, profile)).bytes);
    expect(kept?.equals(profile)).toBe(true);
  });

  it('is cut behind its own size, and keeps no name', async () => {
    const long = Buffer.concat([adobeProfile, Buffer.from('a secret')]);
    const { bytes } = inspect(pngWith(colour, long));
    expect(await profileIn(bytes)).toEqual(adobeProfile);
    expect(Buffer.from(bytes).includes('profile')).toBe(false);
    // Behind the signature, IHDR, the chunk's length and type, and a name of one letter.
    expect(inflateSync(bytes.subarray(8 + 25 + 8 + 3))).toEqual(adobeProfile);
  });

  it.each([
    ['it is for grey and the picture is not', pngWith(colour, linearGreyProfile)],
    ['it is for colour and the picture is not', pngWith(grey, adobeProfile)],
    ['it is not a profile', pngWith(colour, Buffer.from('hello'))],
    ['it has no signature', pngWith(colour, changed(adobeProfile, 36, 'ACSP'))],
    ['it claims more bytes than it has', pngWith(colour, changed(adobeProfile, 0, '\0\x10'))],
    ['it claims a size below its header', pngWith(colour, changed(adobeProfile, 0, '\0\0\0\x40'))],
    ['it links two devices', pngWith(colour, changed(adobeProfile, 12, 'link'))],
    ['it connects to RGB', pngWith(colour, changed(adobeProfile, 20, 'RGB '))],
    ['a tag is outside of it', pngWith(colour, changed(adobeProfile, 136, '\x7f'))],
    ['it claims a million tags', pngWith(colour, changed(adobeProfile, 128, '\0\x0f\0\0'))],
    ['its stream is damaged', makePng({}, [iccp(Buffer.from('x\x9cdamaged', 'latin1'))])],
    ['its chunk is damaged', makePng({}, [withWrongCrc(iccp(zeros(0.001)))])],
    ['its chunk has no name', makePng({}, [pngChunk('iCCP', Buffer.alloc(9))])],
    ['it is behind the palette', makePng({ type: 3 }, [palette, iccp(zeros(0.001))])],
  ])('is left out if %s', async (_, png) => {
    const { facts, bytes } = inspect(png);
    expect(facts.profile).toBe(false);
    expect(chunkTypes(bytes)).not.toContain('iCCP');
  });

  it('lets the next colour chunk decide if it is left out', () => {
    const damaged = pngChunk('iCCP', Buffer.from('a\0\0'));
    expect(inspect(makePng({}, [damaged, gamma(1)])).facts.profile).toBe(true);
    expect(inspect(makePng({}, [damaged, srgb, gamma(1)])).facts.profile).toBe(false);
  });

  it.each([
    ['is a bomb of 128 MB', iccp(zeros(128))],
    ['has one byte too many', iccp(zeros(1 + 1 / 1_048_576))],
    ['is packed into too many bytes', iccp(Buffer.alloc(limits.profileBytes + 1))],
  ])('makes the source too large if it %s', (_, chunk) => {
    expect(refusalOf(makePng({}, [chunk]))).toMatch(/^source_too_large: .*profile/);
  });
});

describe('a profile is written', () => {
  const adobe = [0.3127, 0.329, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06];
  const usual = [0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06];

  it.each<readonly [string, readonly Buffer[], boolean]>([
    ['for gAMA of linear light', [gamma(1)], true],
    ['for gAMA and cHRM of Adobe RGB', [gamma(0.45455), chromaticities(...adobe)], true],
    ['not for cHRM alone, which browsers ignore', [chromaticities(...adobe)], false],
    ['for cICP of Display P3', [coded(12, 13, 0, 1)], true],
    ['for cICP of XYZ', [coded(10, 13, 0, 1)], true],
    ['for cICP with the curve of cinemas', [coded(1, 17, 0, 1)], true],
    ['if cICP precedes sRGB', [coded(12, 13, 0, 1), srgb], true],
    ['not if cICP of sRGB precedes a gAMA', [gamma(1), coded(1, 13, 0, 1)], false],
    ['not without colour chunks', [], false],
    ['not for sRGB', [srgb], false],
    ['not if sRGB precedes gAMA', [gamma(1), srgb], false],
    ['not for gAMA of sRGB', [gamma(0.45455)], false],
    ['not for gAMA 0.9 % above', [gamma(0.45455 * 1.009)], false],
    ['not for gAMA 0.9 % below', [gamma(0.45455 * 0.991)], false],
    ['not for gAMA 4 % above alone, as in browsers', [gamma(0.45455 * 1.04)], false],
    ['not for gAMA 4 % below alone, as in browsers', [gamma(0.45455 * 0.96)], false],
    ['for gAMA 6 % above', [gamma(0.45455 * 1.06)], true],
    ['for gAMA 6 % below', [gamma(0.45455 * 0.94)], true],
    ['for gAMA 1.2 % above with cHRM', [gamma(0.45455 * 1.012), chromaticities(...usual)], true],
    ['for gAMA 1.2 % below with cHRM', [gamma(0.45455 * 0.988), chromaticities(...usual)], true],
    ['not for cHRM of sRGB', [gamma(0.45455), chromaticities(...usual)], false],
    [
      'not for cHRM 0.9 % above',
      [gamma(0.45455), chromaticities(...usual.map((one) => one * 1.009))],
      false,
    ],
    [
      'for cHRM 1.2 % below',
      [gamma(0.45455), chromaticities(...usual.map((one) => one * 0.988))],
      true,
    ],
    ['not for gAMA of 0', [gamma(0)], false],
    ['not for gAMA of 40', [gamma(40)], false],
    ['not for gAMA of 3 bytes', [pngChunk('gAMA', Buffer.alloc(3, 1))], false],
    ['not for cHRM of zeros', [chromaticities()], false],
    ['not for cHRM of one point', [chromaticities(...Array<number>(8).fill(0.3))], false],
    ['not for cHRM whose white is outside', [chromaticities(0.7, 0.2, ...usual.slice(2))], false],
    ['for gAMA even if cHRM makes no sense', [gamma(1), chromaticities()], true],
    ['not for cICP with a matrix', [coded(12, 13, 1, 1)], false],
    ['not for cICP of narrow range', [coded(12, 13, 0, 0)], false],
    ['not for cICP without primaries', [coded(2, 13, 0, 1)], false],
    ['not for cICP without a curve', [coded(12, 2, 0, 1)], false],
    ['not for cICP with the curve of BT.1361', [coded(9, 12, 0, 1)], false],
    ['not for cICP of 5 bytes', [coded(12, 13, 0, 1, 0)], false],
    ['not for gAMA behind the palette', [palette, gamma(1)], false],
  ])('%s', async (_, chunks, written) => {
    const { facts, bytes } = inspect(makePng({}, chunks));
    expect(facts.profile).toBe(written);
    expect((await profileIn(bytes)) !== undefined).toBe(written);
  });

  it('for grey as a grey one', async () => {
    const profile = await profileIn(inspect(makePng({ type: 0 }, [gamma(1)])).bytes);
    expect(profile?.toString('latin1', 16, 20)).toBe('GRAY');
  });

  it('not for grey that has only cHRM', () => {
    const png = makePng({ type: 0 }, [chromaticities(...adobe)]);
    expect(inspect(png).facts.profile).toBe(false);
  });
});
