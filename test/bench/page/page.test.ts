import { XMLValidator } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { drawTable, performancePage } from '../../../bench/page/page.ts';
import { readResults, withRun } from '../../../bench/results.ts';
import type { Row, Table } from '../../../bench/table.ts';

const on = (node: string) => ({
  date: '2030-01-02',
  processor: 'a <processor>',
  cores: 2,
  versions: { Node: node, sharp: '1.2.3' },
});
const table = (name: string, more: Partial<Table> = {}): Table => ({
  name,
  title: `Costs of ${name}`,
  measure: async () => [],
  ...more,
});
const costs = table('costs', { method: 'Counted.', versions: () => ({ peer: '9.9.9' }) });
const row = { what: 'a | count', unit: 'times', goal: 2, reason: 'It is hard.' } as const;

const onTwoNodes = withRun(
  withRun({}, costs, [{ ...row, figure: 3 }], on('20.1.2')),
  costs,
  [{ ...row, figure: 1.5 }],
  on('24.3.4'),
);

describe('the page', () => {
  it('has a column for each Node, and a goal is met where all meet it', () => {
    const page = performancePage(onTwoNodes);
    expect(page).toContain('| what | goal | Node 24 | Node 20 | verdict |');
    expect(page).toContain('| a \\| count | ≤ 2 | 1.5 times | 3 times | missed |');
    expect(page).toContain('Missed:\n\n- a | count: It is hard.');
    expect(page).toContain('- Node 24: 2030-01-02, 2 cores (a <processor>); Node 24.3.4');
    expect(page).toContain('peer 9.9.9');
  });

  it('keeps a table that was not measured, and replaces what was', () => {
    const first = withRun(onTwoNodes, table('more'), [], on('24.3.4'));
    const again = withRun(first, costs, [{ ...row, figure: 1 }], on('20.9.9'));
    expect(Object.keys(again)).toEqual(['costs', 'more']);
    expect(again['more']).toEqual(first['more']);
    expect(again['costs']?.runs['24']).toEqual(first['costs']?.runs['24']);
    const page = performancePage(again);
    expect(page).toContain('| 1.5 times | 1 times | met |');
    expect(page).not.toContain('It is hard.');
  });

  it('is the same after the results were stored', () => {
    const all = withRun(onTwoNodes, table('none'), [{ ...row, figure: Number.NaN }], on('24.3.4'));
    const stored = readResults(JSON.stringify(all));
    expect(performancePage(stored)).toBe(performancePage(all));
    expect(performancePage(stored)).toContain('| NaN times | missed |');
  });

  it('prints points as a table of their own', () => {
    const points = ['JPEG', 'AVIF'].flatMap((series): readonly Row[] =>
      [80, 40].map((at) => ({ what: series, figure: at / 2, unit: '', point: { series, at } })),
    );
    const curve = table('curve', { axes: { at: 'q', figure: 'score' } });
    const page = performancePage(withRun({}, curve, points, on('24.3.4')));
    expect(page).toContain(
      '| q | JPEG | AVIF |\n| --- | --- | --- |\n| 40 | 20 | 20 |\n| 80 | 40 |',
    );
    expect(page).not.toContain('| what |');
  });
});

describe('the picture of a table', () => {
  const drawn = (rows: readonly Row[]): string => {
    const stored = withRun({}, table('a "title" & more'), rows, on('24.3.4'));
    return Object.values(stored).map(drawTable).join('');
  };
  const points: readonly Row[] = [10, 20].map((at) => ({
    what: 'x',
    figure: at,
    unit: '',
    point: { series: 'A & B', at },
  }));

  it.each([
    ['bars', [{ ...row, figure: 1 }], '<rect class="met"'],
    ['curves', points, '<polyline class="line s0"'],
  ])('has %s, a title, a description and colours for dark pages', (_, rows, shape) => {
    const picture = drawn(rows);
    expect(XMLValidator.validate(picture)).toBe(true);
    expect(picture).toContain(shape);
    expect(picture).toMatch(/<title id="title">Costs of a &quot;title&quot; &amp; more<\/title>/);
    expect(picture).toMatch(/<desc id="desc">.+\.<\/desc>/);
    expect(picture).toContain('prefers-color-scheme: dark');
  });

  it.each([
    ['a third of the width at its goal', { ...row, figure: 2 }, 'width="180.0"'],
    ['the whole width from three times its goal', { ...row, figure: 99 }, 'width="540.0"'],
    ['the whole width if nothing is allowed', { ...row, goal: 0, figure: 1 }, 'width="540.0"'],
    [
      'half of that where twice the least was reached',
      { what: 'x', unit: '', least: 2, figure: 4 },
      'width="90.0"',
    ],
    ['hardly a width if it was not measured', { ...row, figure: Number.NaN }, 'width="1.8"'],
  ])('has a bar of %s', (_, one, width) => {
    expect(drawn([one])).toContain(width);
  });

  it('is left out where no figure has a goal', () => {
    expect(drawn([{ what: 'x', figure: 1, unit: '' }])).toBe('');
  });
});
