import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operationNames } from '../../shared/operations/table.ts';
import { root } from './source-tree.ts';

/*
 * A new operation is one file and one line in the table. Four made-up ones are added to a copy of the
 * project: like a colour, with values that repeat, with a bounded product, and with an answer in JSON.
 * Everything that is derived from the table must know them without another edit.
 */

const added = ['wash', 'spin', 'tile', 'palette'] as const;
const copied = ['shared', 'render', 'operator', 'cli', 'build', 'client', 'edge', 'package.json'];
const texts = path.join(root, 'test/architecture/made-up');

let copy: string;
let report: Record<string, unknown>;

function addOperations(): void {
  const table = path.join(copy, 'shared/operations/table.ts');
  const imports = added.map((name) => `import { ${name} } from './${name}.ts';\n`).join('');
  const rows = added.map((name) => `  ${name},\n`).join('');
  const source = readFileSync(table, 'utf8').replace('  watermark,\n', `${rows}  watermark,\n`);
  writeFileSync(table, imports + source);
  for (const name of added)
    cpSync(path.join(texts, `${name}.ts.txt`), path.join(copy, `shared/operations/${name}.ts`));
}

beforeAll(async () => {
  copy = await mkdtemp(path.join(tmpdir(), 'signet-made-up-'));
  for (const name of copied)
    cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
  symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
  addOperations();
  mkdirSync(path.join(copy, 'report'));
  cpSync(path.join(texts, 'report.ts.txt'), path.join(copy, 'report/report.ts'));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', path.join(copy, 'report/report.ts')],
    { cwd: copy, maxBuffer: 10_000_000 },
  );
  report = JSON.parse(stdout);
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

describe('a made-up operation', () => {
  it('is in the table, at the place of its line', () => {
    const names: readonly string[] = operationNames;
    const before = names.indexOf('watermark');
    expect(report['names']).toEqual(names.toSpliced(before, 0, ...added));
  });

  it('is parsed, checked, normalised and printed', () => {
    expect(report['canonical']).toEqual([
      'spin,d_90__op__format,f_src',
      'format,f_src',
      'wash,color_FF0000__op__format,f_src',
      'format,f_src',
      'tile,x_1,y_2__op__format,f_src',
      'palette,n_2',
    ]);
    expect(report['refused']).toEqual([
      'tile cannot make more than 1000 pixels',
      'tile needs x and y',
      'wash needs color',
      'spin: d expects a whole number from 0 to 9999, not "-1"',
      'palette cannot be combined with spin',
    ]);
  });

  it('is a field of policies and of their JSON Schema', () => {
    expect(report['fields']).toEqual([
      ...['operations.wash', 'operations.spin', 'operations.tile', 'operations.palette'],
      ...['operations.wash.color', 'operations.wash.s', 'operations.spin.d'],
      ...['operations.tile.x', 'operations.tile.y', 'operations.palette.n'],
    ]);
    expect(report['schema']).toEqual(expect.arrayContaining([...added]));
  });

  it('is counted exactly by policy cost, as asking for each recipe counts it', () => {
    const counted = report['counted'] as Record<string, number>;
    expect(counted['spin']).toBe(360);
    expect(report['cost']).toEqual({
      spin: { derivatives: counted['spin'], exact: true },
      tile: { derivatives: counted['tile'], exact: true },
      wash: { derivatives: counted['wash'], exact: true },
      palette: { derivatives: 1, exact: true },
    });
  });

  it('is documented, and typed in the client', () => {
    expect(report['documented']).toEqual([...added]);
    expect(report['client']).toEqual([...added]);
  });

  it('is drawn, or answers', () => {
    expect(report['drawn']).toEqual({ width: 20, height: 10, type: 'png' });
    expect(report['answer']).toBe('{"colours":2}');
  });
});
