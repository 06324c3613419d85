import { describe, expect, it } from 'vitest';
import { readColourMap } from '../../../../shared/inspect/icc/colour-map.ts';
import { readGreyLevels } from '../../../../shared/inspect/icc/grey-levels.ts';
import { readTransfer } from '../../../../shared/inspect/icc/transfer.ts';
import { profileOf } from './profiles.ts';

/* Curves by hand: ICC.1:2022, sections 10.6 and 10.18. */

const fixed = (numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [at, one] of numbers.entries()) bytes.writeInt32BE(Math.round(one * 65_536), 4 * at);
  return bytes;
};

function parametric(type: number, numbers: readonly number[]): Buffer {
  const head = Buffer.from('para\0\0\0\0\0\0\0\0', 'latin1');
  head.writeUInt16BE(type, 8);
  return Buffer.concat([head, fixed(numbers)]);
}

function sampled(entries: readonly number[], count = entries.length): Buffer {
  const bytes = Buffer.alloc(12 + 2 * entries.length);
  bytes.write('curv', 'latin1');
  bytes.writeUInt32BE(count, 8);
  for (const [at, one] of entries.entries()) bytes.writeUInt16BE(one, 12 + 2 * at);
  return bytes;
}

/** A grey profile with this curve at its end. */
function greyOf(curve: Buffer, connection = 'XYZ '): Buffer {
  const start = profileOf('GRAY', [['kTRC', 'curv']]);
  start.write(connection, 20, 'latin1');
  start.writeUInt32BE(start.length, 132 + 4);
  start.writeUInt32BE(curve.length, 132 + 8);
  return Buffer.concat([start, curve]);
}

const transferOf = (curve: Buffer) => readTransfer(greyOf(curve), 'kTRC');

describe('the curve of a profile', () => {
  it.each([
    ['without entries', sampled([]), [0, 0.3, 1], [0, 0.3, 1]],
    ['of one exponent', sampled([0x240]), [0, 0.5, 1], [0, 0.5 ** 2.25, 1]],
    ['of two entries', sampled([0, 0xffff]), [0, 0.3, 1], [0, 0.3, 1]],
    ['of three entries', sampled([0, 0x3333, 0xffff]), [0.25, 0.5, 0.75], [0.1, 0.2, 0.6]],
    ['that falls', sampled([0xffff, 0]), [0, 0.25, 1], [1, 0.75, 0]],
    ['of type 0', parametric(0, [2]), [0, 0.5, 1], [0, 0.25, 1]],
    ['of type 1', parametric(1, [2, 2, -1]), [0.25, 0.75, 1], [0, 0.25, 1]],
    ['of type 2', parametric(2, [2, 1, -0.5, 0.25]), [0.25, 1], [0.25, 0.5]],
    ['of type 3', parametric(3, [2, 1, 0, 0.5, 0.5]), [0.25, 0.5, 1], [0.125, 0.25, 1]],
    [
      'of type 4',
      parametric(4, [2, 1, 0, 0.5, 0.5, 0.125, 0.0625]),
      [0.25, 0.5, 0.75],
      [0.1875, 0.375, 0.6875],
    ],
  ])('%s', (_, curve, samples, lights) => {
    const transfer = transferOf(curve);
    for (const [at, sample] of samples.entries())
      expect(transfer?.(sample)).toBeCloseTo(lights[at] ?? Number.NaN, 4);
  });

  it.each([
    ['that says more entries than it has', sampled([1, 2, 3], 4)],
    ['that says 4,294,967,295 entries', sampled([1], 0xffffffff)],
    ['of an unknown type', parametric(5, [1, 1, 1, 1, 1, 1, 1])],
    ['of too few numbers', parametric(4, [2, 1, 0])],
    ['that is cut', sampled([]).subarray(0, 8)],
  ])('%s is none', (_, curve) => {
    expect(transferOf(curve)).toBeUndefined();
    expect(readGreyLevels(greyOf(curve), 8)).toBeUndefined();
  });

  it('of another tag is none', () => {
    expect(readTransfer(greyOf(sampled([])), 'rTRC')).toBeUndefined();
  });
});

describe('the levels of grey', () => {
  // Lightness 50 is light 0.184187, which is 119 in sRGB: CIE 1976, IEC 61966-2-1.
  it.each([
    ['light', 'XYZ ', [0, 188, 255]],
    ['lightness', 'Lab ', [0, 119, 255]],
  ])('are those of %s', (_, connection, wanted) => {
    const levels = readGreyLevels(greyOf(sampled([]), connection), 16);
    expect(levels?.length).toBe(65_536);
    expect([0, 32_768, 65_535].map((sample) => levels?.[sample])).toEqual(wanted);
    expect(readGreyLevels(greyOf(sampled([]), connection), 8)?.length).toBe(256);
  });
});

describe('the map of a profile for colours', () => {
  it('is none if tables map them', () => {
    const profile = profileOf('RGB ', [['A2B0', 'mft2']]);
    profile.write('XYZ ', 20, 'latin1');
    expect(readColourMap(profile)).toBeUndefined();
  });
});
