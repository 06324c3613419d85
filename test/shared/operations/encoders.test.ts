import { describe, expect, it } from 'vitest';
import { limits } from '../../../shared/limits.ts';
import { encoders, planEncoder, settingsOf } from '../../../shared/operations/encoders.ts';
import type { ImageType } from '../../../shared/operations/image-type.ts';

const types = Object.keys(encoders) as ImageType[];
const megapixel = 1_000_000;

/** A quality on each side of those at which an encoder changes what it does. */
const qualities = [30, 80, 89, 90, 100];
const cases = types.flatMap((type) => qualities.map((quality) => ({ type, quality })));
type Case = (typeof cases)[number];

/** CPU seconds of all runs that a plan allows, for noise. */
function secondsOf(one: Case, pixels: number, wanted: number): number {
  const { setting, tries } = planEncoder({ ...one, pixels }, wanted);
  return (setting.secondsPerMpx * tries * pixels) / megapixel;
}

describe('the encoder of an answer', () => {
  it.each(cases)(
    '$type $quality takes at most the seconds for it at any size, or runs as little as it may',
    (one) => {
      const { maxPixels, leastTries = 1 } = encoders[one.type];
      for (let pixels = 1; pixels <= maxPixels; pixels = Math.ceil(pixels * 1.1) + 1)
        for (const wanted of [1, 4]) {
          const { tries } = planEncoder({ ...one, pixels }, wanted);
          expect(tries).toBeGreaterThanOrEqual(1);
          expect(tries).toBeLessThanOrEqual(wanted);
          if (tries > leastTries)
            expect(secondsOf(one, pixels, wanted)).toBeLessThanOrEqual(limits.encodeSeconds);
        }
    },
  );

  it.each(cases)('$type $quality fits into 9 CPU seconds at its largest size', (one) => {
    expect(secondsOf(one, encoders[one.type].maxPixels, 1)).toBeLessThanOrEqual(9);
  });

  it.each(cases)('$type $quality never gets slower for a pixel more', (one) => {
    const settings = settingsOf(one.type, one.quality);
    const { maxPixels } = encoders[one.type];
    let last = 0;
    for (let pixels = 1; pixels <= maxPixels; pixels = Math.ceil(pixels * 1.2) + 1) {
      const place = settings.indexOf(planEncoder({ ...one, pixels }, 1).setting);
      expect(place).toBeGreaterThanOrEqual(last);
      last = place;
    }
  });

  it.each([
    [89, [0.55, 0.06]],
    [90, [2.6, 0.13]],
    [100, [2.6, 0.13]],
  ])('of a JPEG of quality %i takes one of %j CPU seconds a megapixel', (quality, seconds) => {
    expect(settingsOf('jpg', quality).map((one) => one.secondsPerMpx)).toEqual(seconds);
  });

  it.each([
    { type: 'avif', width: 1_920, height: 1_280, effort: 3 },
    { type: 'avif', width: 2_560, height: 1_707, effort: 0 },
    { type: 'jpg', width: 3_840, height: 2_560, effort: 1 },
    { type: 'jpg', width: 6_000, height: 4_000, effort: 0 },
  ] as const)('of a $type of $width×$height has effort $effort', ({ type, effort, ...size }) => {
    const pixels = size.width * size.height;
    expect(planEncoder({ type, pixels, quality: 80 }, 1).setting).toMatchObject({ effort });
  });

  it('depends on type, pixels and quality only, so that one key gets one picture', () => {
    for (const one of cases) {
      const encoded = { ...one, pixels: 5 * megapixel };
      expect(planEncoder(encoded, 1)).toEqual(planEncoder({ ...encoded }, 1));
    }
  });
});
