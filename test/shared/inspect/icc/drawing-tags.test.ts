import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepDrawingTags } from '../../../../shared/inspect/icc/drawing-tags.ts';
import { adobeProfile } from '../../../render/icc-profiles.ts';
import { type ProfileTag, profileOf, tagsIn } from './profiles.ts';

const matrix: readonly ProfileTag[] = [
  ...['rXYZ', 'gXYZ', 'bXYZ'].map((tag): ProfileTag => [tag, 'XYZ ']),
  ...['rTRC', 'gTRC', 'bTRC'].map((tag): ProfileTag => [tag, 'curv']),
];
const kept = (tags: readonly ProfileTag[]): readonly string[] | undefined => {
  const profile = keepDrawingTags(profileOf('RGB ', tags));
  return profile && tagsIn(profile);
};

describe('the tags of a profile', () => {
  it('that map colours stay, byte by byte', () => {
    expect(keepDrawingTags(adobeProfile)).toEqual(new Uint8Array(adobeProfile));
  });

  it.each<ProfileTag>([
    ['D2B0', 'mpet'],
    ['B2D0', 'mpet'],
    ['A2B0', 'mpet'],
    ['A2B1', 'text'],
    ['rTRC', 'mpet'],
    ['desc', 'mluc'],
    ['gamt', 'mft2'],
  ])('that are programs or say nothing about colours go: %s of type %s', (...tag) => {
    expect(kept([...matrix, ['A2B2', 'mAB '], tag])).toEqual([
      ...matrix.map(([name]) => name),
      'A2B2',
    ]);
  });

  it.each<[string, readonly ProfileTag[]]>([
    ['a table', [['A2B0', 'mft2']]],
    ['a curve for grey', [['kTRC', 'para']]],
    ['a matrix and curves', matrix],
  ])('are enough with %s', (_, tags) => {
    expect(kept([['D2B0', 'mpet'], ...tags])).toEqual(tags.map(([name]) => name));
  });

  it.each<[string, readonly ProfileTag[]]>([
    ['none', []],
    ['a program', [['D2B0', 'mpet']]],
    ['a matrix without a curve', matrix.slice(0, 5)],
  ])('are too few with %s, so the profile is dropped', (_, tags) => {
    expect(kept(tags)).toBeUndefined();
  });

  it('outside of the profile are not kept', () => {
    const profile = profileOf('RGB ');
    profile.writeUInt32BE(0xffff_ff00, 136);
    expect(keepDrawingTags(profile)).toBeUndefined();
  });

  it('of arbitrary bytes never make anything but a profile of the same length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(40), (bytes, count) => {
        const profile = profileOf('RGB ', matrix, 400);
        profile.set(bytes.subarray(0, 260), 132);
        profile.writeUInt32BE(count, 128);
        const result = keepDrawingTags(profile);
        if (result !== undefined) expect(result).toHaveLength(profile.length);
      }),
    );
  });
});
