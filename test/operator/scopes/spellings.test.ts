import { expect, it } from 'vitest';
import { correctSpellings, findOtherCase } from '../../../operator/scopes/spellings.ts';

it.each([
  ['a%20b.jpg', 'a b.jpg'],
  ['acme/a.jpg', 'a.jpg'],
  ['acme/a%20b/*', 'a b/*'],
  ['albums', 'albums/*'],
  ['albums*', 'albums/*'],
  ['a.jpg/*', 'a.jpg'],
  ['e\u0301.jpg', '\u00e9.jpg'],
  ['\u00e9.jpg', 'e\u0301.jpg'],
  ['acme/*', '*'],
])('%s may be meant as %s', (scope, meant) => {
  expect(correctSpellings('acme', scope)).toContain(meant);
});

it.each(['a.jpg', 'a/*', '*', '%', '%2e%2e/x', '_watermarks/mark.png'])(
  'no spelling of %s is the scope itself or no scope',
  (scope) => {
    const others = correctSpellings('acme', scope);
    expect(others).not.toContain(scope);
    expect(others.filter((one) => one.startsWith('/') || one.includes('..'))).toEqual([]);
  },
);

it.each([
  [['a.jpg'], 'A.JPG', 'A.JPG'],
  [['B/*'], 'b/c/d.jpg', 'b/*'],
  [['x', 'B/C/*'], 'b/c/d.jpg', 'b/c/*'],
  [['b/*'], 'b/c.jpg', undefined],
  [['a.jpg/*'], 'A.jpg', undefined],
  [['a.jpg'], 'b.jpg', undefined],
])('%j is written in another case than %s: %s', (scopes, path, other) => {
  expect(findOtherCase(scopes, path)).toBe(other);
});
