import { describe, expect, it } from 'vitest';
import { readDuration } from '../../../cli/base/duration.ts';

describe('a duration', () => {
  it.each([
    ['1', 1],
    ['90', 90],
    ['90s', 90],
    ['15m', 900],
    ['1h', 3_600],
    ['7d', 604_800],
    ['3650d', 315_360_000],
    ['never', undefined],
  ])('%s is %s seconds', (written, seconds) => {
    expect(readDuration(written)).toBe(seconds);
  });

  it.each([
    '',
    '0',
    '-1',
    '+1',
    '1.5h',
    '01h',
    '1H',
    '1 h',
    ' 1h',
    '1w',
    'h',
    '1e3',
    '１h',
    'Never',
    'forever',
  ])('is not "%s"', (written) => {
    expect(() => readDuration(written)).toThrow(
      `"${written}" is not a duration; write 90s, 15m, 1h, 7d or never`,
    );
  });
});

it.each(['3651d', '99999999d', '999999999'])('a duration is ten years at most, not %s', (text) => {
  expect(() => readDuration(text)).toThrow(`"${text}" is more than ten years; write at most 3650d`);
});
