import { describe, expect, it } from 'vitest';
import { inspectJpeg } from '../../../../shared/inspect/jpeg/inspect-jpeg.ts';
import { limits } from '../../../../shared/limits.ts';
import { profileOf } from '../icc/profiles.ts';
import { greyParts, jpegOf, profilePart } from './jpeg-writer.ts';

const greyTags = [['kTRC', 'curv']] as const;

/** A profile of another length, or with another signature. */
const grey = (size: number, signature = 'acsp'): Buffer => {
  const whole = profileOf('GRAY', greyTags, size);
  whole.write(signature, 36, 'latin1');
  return whole.subarray(0, size);
};

const profile = profileOf('GRAY', greyTags, 200);
const thirds = [profile.subarray(0, 150), profile.subarray(150, 170), profile.subarray(170)];
const part = (number: number, of: number): Buffer =>
  profilePart(number, of, thirds[number - 1] ?? profile);
const parts = [part(1, 3), part(2, 3), part(3, 3)];
const withParts = (...segments: readonly Buffer[]): Buffer => jpegOf(...segments, ...greyParts);

describe('the profile of a JPEG', () => {
  it.each([
    ['in one part', withParts(profilePart(1, 1, profile))],
    ['in three parts', withParts(...parts)],
    ['in parts out of order', withParts(...parts.toReversed())],
    ['between tables', jpegOf(...greyParts.toSpliced(2, 0, ...parts))],
  ])('stays: %s', (_what, file) => {
    const { facts, bytes } = inspectJpeg(file);
    expect(facts.profile).toBe(true);
    expect(bytes).toEqual(new Uint8Array(withParts(profilePart(1, 1, profile))));
  });

  it.each([
    ['a part is missing', withParts(part(1, 3), part(3, 3))],
    ['a part is there twice', withParts(...parts, part(3, 3))],
    ['a part says another number', withParts(part(1, 3), part(2, 2), part(3, 3))],
    ['a part has the number 0', withParts(profilePart(0, 1, profile))],
    ['it is for colour', withParts(profilePart(1, 1, profileOf('RGB ')))],
    ['it is for grey and has no curve', withParts(profilePart(1, 1, profileOf('GRAY')))],
    ['it has no signature', withParts(profilePart(1, 1, grey(200, 'text')))],
    ['it is too short', withParts(profilePart(1, 1, grey(127)))],
    ['it is behind the scan', jpegOf(...greyParts, ...parts)],
  ])('is dropped if %s', (_what, file) => {
    const { facts, bytes } = inspectJpeg(file);
    expect(facts.profile).toBe(false);
    expect(bytes).toEqual(new Uint8Array(jpegOf(...greyParts)));
  });

  it('is refused if it is too large', () => {
    const full = 65_000;
    const count = Math.ceil(limits.jpegProfileBytes / full);
    const of = (most: number): Buffer => {
      const whole = grey(most * full);
      const numbers = Array.from({ length: most }, (_, index) => index);
      return withParts(
        ...numbers.map((index) =>
          profilePart(index + 1, most, whole.subarray(index * full, (index + 1) * full)),
        ),
      );
    };
    expect(inspectJpeg(of(count - 1)).facts.profile).toBe(true);
    expect(() => inspectJpeg(of(count))).toThrow(
      expect.objectContaining({ code: 'source_too_large' }),
    );
  });
});
