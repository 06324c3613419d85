import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countCases, isProof } from '../../proof/cases.ts';
import { type Bomb, usualRecipes } from './bomb.ts';
import { bombs } from './bombs.ts';
import { type Measurer, startMeasurer } from './measure-render.ts';
import { type BombRow, bombsPage } from './proof-page.ts';

/** A render has 12 s of 0.87 of a core (Lambda with 1,536 MB). The rest is a reserve. */
const mostSeconds = 9;
/** Of 1,536 MB, without Node itself. */
const mostMegabytes = 1_000;

let measurer: Measurer;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-bombs-'));
  measurer = startMeasurer();
});
afterAll(async () => {
  if (isProof) await writePage();
  measurer.stop();
  await rm(folder, { recursive: true, force: true });
});

const photograph = fileURLToPath(
  new URL('../../../local/demo/samples/observatory.jpg', import.meta.url),
);
const page = fileURLToPath(new URL('../../../docs/proof-bombs.md', import.meta.url));

async function writePage(): Promise<void> {
  const recipe = 'resize,w_800__op__format,f_webp';
  const honest = await measurer.measure({ file: photograph, recipe });
  await writeFile(page, bombsPage(rows, honest));
}

const chosen = isProof ? bombs : bombs.filter(({ quick }) => quick === true);

const rows: BombRow[] = [];

async function checkBomb({ name, attacks, make, ends, recipes = usualRecipes }: Bomb) {
  const file = path.join(folder, 'file');
  const bytes = await make();
  await writeFile(file, bytes);
  for (const recipe of recipes) {
    const measured = await measurer.measure({ file, recipe });
    rows.push({ name, attacks, bytes: bytes.length, recipe, ...measured });
    const seen = JSON.stringify({ recipe, ...measured });
    expect(ends, seen).toContain(measured.end);
    expect(measured.cpuSeconds, seen).toBeLessThan(mostSeconds);
    expect(measured.grownMb, seen).toBeLessThan(mostMegabytes);
    countCases();
  }
}

describe('a bomb is drawn or refused within the CPU time and the memory of a render', () => {
  it.each(chosen)('$name', checkBomb);

  it('the kinds are at least 30, and each says what it attacks', () => {
    expect(bombs.length).toBeGreaterThan(30);
    expect(new Set(bombs.map(({ name }) => name)).size).toBe(bombs.length);
    expect(bombs.filter(({ attacks }) => attacks === '')).toEqual([]);
  });

  it('a process that is killed is replaced', async () => {
    const impatient = startMeasurer(0);
    const request = { file: path.join(folder, 'missing'), recipe: usualRecipes[0] };
    expect(await impatient.measure(request)).toMatchObject({ end: 'killed' });
    expect(await impatient.measure(request)).toMatchObject({ end: 'killed' });
    impatient.stop();
  });
});
