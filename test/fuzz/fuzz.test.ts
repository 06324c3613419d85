import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { casesOf, countCases } from '../proof/cases.ts';
import { type FuzzReport, fuzz, fuzzCase, mostMilliseconds } from './fuzz.ts';
import { soundFiles } from './sound-files.ts';
import { joinUnits, splitUnits } from './units.ts';

const cases = casesOf({ proof: 10_000, test: 300 });
/** A picture of the mutated files has less than a megapixel, except where a mutation claims more. */
const mostMegabytes = 700;

describe('a mutated file', () => {
  let report: FuzzReport;

  it('is drawn or refused: no crash, no hang, and little CPU time', async () => {
    report = await fuzz({ first: 1, cases, seed: 20_261_130 });
    countCases(report.cases);
    expect(report.failed.map(({ number, end, reason }) => [number, end, reason])).toEqual([]);
    expect(report.cases).toBe(cases);
    expect(report.slowest?.milliseconds).toBeLessThanOrEqual(mostMilliseconds);
    expect(report.peakMegabytes).toBeLessThan(mostMegabytes);
  });

  it('is drawn often enough to reach the decoders', () => {
    expect(report.ends.get('drawn')).toBeGreaterThan(cases / 6);
    expect(report.ends.get('source_undecodable')).toBeGreaterThan(cases / 6);
  });
});

describe('a case', () => {
  it('is the same for the same seed and number, and different for others', async () => {
    const files = await soundFiles();
    const made = (seed: number, number: number) => fuzzCase(seed, number, files).bytes;
    for (let number = 1; number < 40; number += 1) {
      expect(made(7, number).equals(made(7, number))).toBe(true);
      expect(made(7, number).equals(made(8, number))).toBe(false);
      expect(made(7, number).equals(made(7, number + 1))).toBe(false);
    }
  });

  it('starts from files that are cut into several units and joined without a change', async () => {
    for (const { type, bytes } of await soundFiles()) {
      const units = splitUnits[type](bytes);
      expect(units.length).toBeGreaterThan(2);
      expect(joinUnits[type](units).equals(bytes)).toBe(true);
    }
  });
});

describe('npm run fuzz', () => {
  const script = fileURLToPath(new URL('main.ts', import.meta.url));
  const run = (...options: readonly string[]) =>
    spawnSync(process.execPath, ['--import', 'tsx', script, ...options], { encoding: 'utf8' });

  it('prints how the cases ended', () => {
    const { status, stdout } = run('--cases', '5', '--seed', '3');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^5 cases from seed 3\n/);
  });

  it.each([
    [['--cases', '0'], '--cases takes a whole number from 1, not "0"'],
    [['--seconds', '1e3'], '--seconds takes a whole number from 1, not "1e3"'],
    [['--cases', '-5'], "'--cases"],
    [['--save', 'package.json'], '--save takes a folder'],
    [['--speed', '9'], "Unknown option '--speed'"],
  ])('explains %j with exit code 2', (options, said) => {
    const { status, stderr } = run(...options);
    expect(status).toBe(2);
    expect(stderr).toContain(said);
    expect(stderr).toContain('usage: npm run fuzz');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
