import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../shared/did-you-mean.ts';

describe('a suggestion', () => {
  it.each([
    ['heigth', ['width', 'height'], '; did you mean "height"?'],
    ['Resize', ['resize', 'rotate'], '; did you mean "resize"?'],
    ['width', ['m', 'w', 'h'], '; did you mean "w"?'],
    ['W', ['m', 'w', 'h'], '; did you mean "w"?'],
    ['r', ['s'], ''],
    ['text', ['t'], '; did you mean "t"?'],
    ['xyz', ['resize', 'rotate'], ''],
    ['', ['resize'], ''],
    ['blur', [], ''],
    [5, ['resize'], ''],
    ['resize'.repeat(20), ['resize'], ''],
  ])('for %j among %j is %j', (written, known, meant) => {
    expect(didYouMean(written, known)).toBe(meant);
  });
});
