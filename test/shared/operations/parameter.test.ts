import { describe, expect, it } from 'vitest';
import { choice, color, integer, text, withDefault } from '../../../shared/operations/parameter.ts';

describe('a whole number', () => {
  const percent = integer(0, 100, 'per cent');

  it.each([
    ['0', 0],
    ['1', 1],
    ['100', 100],
    ['101', undefined],
    ['-1', undefined],
    ['-0', undefined],
    ['00', undefined],
    ['', undefined],
  ])('from 0 to 100 reads %j as %j', (written, value) => {
    expect(percent.read(written)).toBe(value);
  });

  it('may be negative, and says what it expects', () => {
    expect(integer(-10, 10, 'a shift').read('-10')).toBe(-10);
    expect(percent.expects).toBe('a whole number from 0 to 100');
    expect(percent.control).toEqual({ control: 'number', min: 0, max: 100 });
  });
});

describe('a colour', () => {
  it.each([
    ['aabbcc', 'AABBCC'],
    ['AaBbCc', 'AABBCC'],
    ['aabbccff', 'AABBCC'],
    ['aabbccFF', 'AABBCC'],
    ['ffffffff', 'FFFFFF'],
    ['aabbcc00', 'AABBCC00'],
    ['aabbccfe', 'AABBCCFE'],
    ['000000', '000000'],
    ['abc', undefined],
    ['aabbccd', undefined],
    ['aabbccdde', undefined],
    ['aabbcg', undefined],
    ['#aabbcc', undefined],
    ['0xaabbcc', undefined],
    ['red', undefined],
    ['aabbcc\n', undefined],
    ['ａａｂｂｃｃ', undefined],
    ['', undefined],
  ])('reads %j as %j', (written, value) => {
    expect(color('a colour').read(written)).toBe(value);
  });
});

describe('a choice', () => {
  const mode = choice(['fit', 'fill'], 'a mode');

  it.each(['fit', 'fill'])('reads %s', (word) => expect(mode.read(word)).toBe(word));
  it.each(['', 'FIT', 'fit ', 'pad', 'constructor', '__proto__', 'length', '0'])(
    'does not read %j',
    (word) => expect(mode.read(word)).toBeUndefined(),
  );
});

describe('a text', () => {
  it('is read if it matches its pattern', () => {
    const revision = text(/^[a-z]{1,3}$/, 'three letters', 'the revision');
    expect(['a', 'abc', 'abcd', '', 'A', 'a\n'].map(revision.read)).toEqual([
      'a',
      'abc',
      ...Array(4).fill(undefined),
    ]);
  });
});

it('a default changes only the value of a parameter that is left out', () => {
  const { fallback: none, ...plain } = integer(1, 9, 'a number');
  const { fallback, ...same } = withDefault(integer(1, 9, 'a number'), 5);
  expect([none, fallback]).toEqual([undefined, 5]);
  expect(Object.keys(same)).toEqual(Object.keys(plain));
  expect(same.expects).toBe(plain.expects);
});
