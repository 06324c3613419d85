import { describe, expect, it } from 'vitest';
import { ownQuality } from '../../../shared/operations/encoders.ts';
import * as scales from '../../../shared/operations/visual-scale.ts';

const named = Object.entries(scales);
const all = Array.from({ length: 100 }, (_, at) => at + 1);

describe.each(named)('%s', (_, scale) => {
  it('has a quality from 1 to 100 for each of ours, and never a lower one for a higher one', () => {
    const own = all.map((quality) => ownQuality(scale, quality));
    expect(own).toEqual(own.toSorted((one, other) => one - other));
    expect(own).toEqual(own.map(Math.round));
    expect([own[0], own.at(-1)]).toEqual([1, 100]);
  });

  it('has the listed qualities, and those between them lie between', () => {
    for (const [quality, own] of scale) expect(ownQuality(scale, quality)).toBe(own);
    const middles = scale.slice(1).map(([quality, own], at) => {
      const [before, ownBefore] = scale[at] ?? [quality, own];
      return [ownQuality(scale, (quality + before) / 2), Math.round((own + ownBefore) / 2)];
    });
    expect(middles.map(([found]) => found)).toEqual(middles.map(([, expected]) => expected));
  });
});

it('there are scales for JPEG, with and without trellis quantisation, WebP and AVIF', () => {
  expect(named.map(([name]) => name).toSorted()).toEqual([
    ...['avifScale', 'fastJpegScale', 'jpegScale', 'webpScale'],
  ]);
});
