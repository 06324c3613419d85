import { expect, it } from 'vitest';
import { isMet, printTable } from '../../bench/table.ts';

it('prints each figure with its unit, its goal and whether it is met', () => {
  const rows = [
    { what: 'a count', figure: 2, unit: 'round trips', goal: 2 },
    { what: 'a longer name', figure: 1234.5, unit: 'bytes', goal: 1_000 },
    { what: 'more is better', figure: 0.4, unit: 'of all', least: 0.5 },
    { what: 'a small figure', figure: 0.012345, unit: 'of all' },
    { what: 'nothing measured', figure: Number.NaN, unit: 'times', goal: 1 },
  ];
  expect(printTable('a title', rows).split('\n')).toEqual([
    'a title',
    'a count           2 round trips  ≤ 2      met',
    'a longer name     1,235 bytes    ≤ 1,000  missed',
    'more is better    0.4 of all     ≥ 0.5    missed',
    'a small figure    0.0123 of all',
    'nothing measured  NaN times      ≤ 1      missed',
  ]);
  expect(rows.map(isMet)).toEqual([true, false, false, undefined, false]);
});
