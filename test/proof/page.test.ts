import { describe, expect, it } from 'vitest';
import { type ProofRow, proofPage } from './page.ts';

const row: ProofRow = {
  claim: 'Every operation | every format.',
  unit: 'images',
  cases: 2_574,
  failed: 0,
  figures: [],
  file: 'test/render/golden.test.ts',
};
const run = {
  date: '2026-11-29',
  node: '20.20.2',
  cores: 2,
  processor: 'Some CPU',
  minutes: 21,
} as const;

const rowsIn = (page: string): readonly string[] =>
  page.split('\n').filter((line) => /^\| .*`test\//.test(line));

describe('docs/proof.md', () => {
  it('says what was proved, with how many cases and on which machine', () => {
    const page = proofPage([row], run);
    expect(page).toContain('Last run: 2026-11-29, Node 20.20.2, 2 cores (Some CPU), 21 minutes.');
    expect(rowsIn(page)).toEqual([
      '| Every operation \\| every format. | 2,574 images | passed | `test/render/golden.test.ts` |',
    ]);
  });

  it('shows what was measured', () => {
    const [line] = rowsIn(proofPage([{ ...row, figures: ['1.08 times', '99 MB'] }], run));
    expect(line).toContain('| passed; 1.08 times; 99 MB |');
  });

  it('shows failures and files without a case', () => {
    const rows = [
      { ...row, failed: 3, file: 'test/b.test.ts' },
      { ...row, cases: 0, file: 'test/a.test.ts' },
    ];
    expect(rowsIn(proofPage(rows, run))).toEqual([
      expect.stringContaining('| 0 images | **did not run** | `test/a.test.ts` |'),
      expect.stringContaining('| 2,574 images | **3 failed** | `test/b.test.ts` |'),
    ]);
  });
});
