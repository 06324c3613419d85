import { describe, expect, it } from 'vitest';
import { limits } from '../../../shared/limits.ts';
import { encoders, planEncoder } from '../../../shared/operations/encoders.ts';
import type { ImageType } from '../../../shared/operations/image-type.ts';

const types = Object.keys(encoders) as ImageType[];
const megapixel = 1_000_000;

/** CPU seconds of all runs that a plan allows, for noise at quality 80. */
function secondsOf(type: ImageType, pixels: number, wanted: number): number {
  const { setting, tries } = planEncoder(type, pixels, wanted);
  return (setting.secondsPerMpx * tries * pixels) / megapixel;
}

describe('the encoder of an answer', () => {
  it.each(types)(
    '%s takes at most the seconds for it at any size, or runs as little as it may',
    (type) => {
      const { maxPixels, leastTries = 1 } = encoders[type];
      for (let pixels = 1; pixels <= maxPixels; pixels = Math.ceil(pixels * 1.1) + 1)
        for (const wanted of [1, 4]) {
          const { tries } = planEncoder(type, pixels, wanted);
          expect(tries).toBeGreaterThanOrEqual(1);
          expect(tries).toBeLessThanOrEqual(wanted);
          if (tries > leastTries)
            expect(secondsOf(type, pixels, wanted)).toBeLessThanOrEqual(limits.encodeSeconds);
        }
    },
  );

  it.each(types)('%s fits into 9 CPU seconds at its largest size', (type) => {
    expect(secondsOf(type, encoders[type].maxPixels, 1)).toBeLessThanOrEqual(9);
  });

  it.each(types)('%s never gets slower for a pixel more', (type) => {
    const { settings } = encoders[type];
    let last = 0;
    for (let pixels = 1; pixels <= encoders[type].maxPixels; pixels = Math.ceil(pixels * 1.2) + 1) {
      const place = settings.indexOf(planEncoder(type, pixels, 1).setting);
      expect(place).toBeGreaterThanOrEqual(last);
      last = place;
    }
  });

  it('depends on type and pixels only, so that one key gets one picture', () => {
    for (const type of types)
      expect(planEncoder(type, 5 * megapixel, 1)).toEqual(planEncoder(type, 5 * megapixel, 1));
  });
});
