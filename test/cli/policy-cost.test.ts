import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, json } from './in-process.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-cost-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: object): Promise<string> {
  const at = path.join(folder, name);
  await writeFile(at, JSON.stringify(content));
  return at;
}

const cost = (...args: readonly string[]) => command(['policy', 'cost', ...args], {});

/** 80 is the default quality, so it counts once, written or not. */
const shop = {
  tenant: 'shop',
  operations: {
    resize: { w: [100, 200, 300, 400, 600, 800, 1_200, 1_600] },
    quality: { q: [60, 80, 90] },
    format: { f: ['auto'] },
  },
  require: ['resize'],
};
const every = (min: number, max: number) => ({ min, max });
const wide = {
  tenant: 'wide',
  operations: {
    crop: { x: every(0, 9_999_999), y: every(0, 9_999_999), w: every(1, 8_192) },
    bright: { b: every(-100, 100) },
  },
};
const wideCount = (100_000_000_000_000n * 8_192n + 1n) * 201n;

describe('policy cost', () => {
  it('prints the number of derivatives, their origin and their cost', async () => {
    const { code, stdout, stderr } = await cost(await file('shop.json', shop));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toEqual([
      'shop: 72 derivatives per source',
      '  resize: 8 ways, in 100.0 % of derivatives',
      '  quality: 2 ways or none, in 66.7 % of derivatives',
      '  formats: webp 24, avif 24, src 24',
      '  not counted: version and download, which need no rule, and JSON answers',
      'For 1,000 sources: 72,000 derivatives, 4.3 GB if all are made',
      'At 100,000 views a month, at most: 72,000 stored, 4.3 GB; USD 3.33 a month (requests 0.10, delivery 0.51, invocations 0.06, logs 0.01, renders 2.54, storage 0.10)',
      'Assumptions: 60.0 kB per derivative, stored for 90 days; 1 s at 2 GB per render; a log line for 1 in 10 views and each render',
      "Prices of 2026-04, in USD, by use. CloudFront's flat-rate plans have no Lambda@Edge, so they do not apply",
    ]);
  });

  it('prints the same as JSON', async () => {
    const found = await json(['policy', 'cost', await file('shop.json', shop)], {});
    expect(found).toMatchObject({
      tenant: 'shop',
      derivativesPerSource: 72,
      exact: true,
      byPresets: 0,
      uncounted: ['version', 'download'],
      formats: [
        { format: 'webp', derivatives: 24 },
        { format: 'avif', derivatives: 24 },
        { format: 'src', derivatives: 24 },
      ],
      operations: [
        { name: 'resize', steps: 8, required: true, derivatives: 72 },
        { name: 'quality', steps: 2, required: false, derivatives: 48 },
      ],
      estimate: { derivatives: 72_000, bytes: 4_320_000_000, keptDerivatives: 72_000 },
      assumptions: { sources: 1_000, viewsPerMonth: 100_000, derivativeBytes: 60_000 },
      prices: { read: '2026-04' },
    });
  });

  it('uses the given numbers of sources and views', async () => {
    const at = await file('shop.json', shop);
    const found = await json(['policy', 'cost', at, '--sources', '10', '--views', '100'], {});
    expect(found).toMatchObject({
      // A view makes at most one derivative, and derivatives are stored for three months.
      estimate: { derivatives: 720, keptDerivatives: 300, keptBytes: 18_000_000 },
      assumptions: { sources: 10, viewsPerMonth: 100 },
    });
  });

  it('prints counts too large for a JSON number as strings', async () => {
    const at = await file('wide.json', wide);
    expect(await json(['policy', 'cost', at], {})).toMatchObject({
      derivativesPerSource: String(wideCount),
      exact: true,
    });
    const { stdout } = await cost(at);
    expect(stdout).toContain(`wide: ${wideCount.toLocaleString('en-US')} derivatives`);
  });

  it('prints until when a policy only reports', async () => {
    const reporting = { ...shop, mode: 'report', reportUntil: '2030-01-31T12:00:00Z' };
    const { stdout } = await cost(await file('reporting.json', reporting));
    expect(stdout).toContain('The policy only reports until 2030-01-31T12:00:00Z.');
  });

  it.each([
    ['shop.json', shop, '72', 0],
    ['shop.json', shop, '71', 1],
    ['wide.json', wide, '9007199254740993', 1],
    ['wide.json', wide, String(wideCount), 0],
    ['wide.json', wide, String(wideCount - 1n), 1],
  ])('compares the count with --max: %s', async (name, policy, max, code) => {
    const ran = await cost(await file(name, policy), '--max', max);
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code, stderr: '' });
    expect(ran.stdout.includes('Narrow its rules or raise --max.')).toBe(code === 1);
  });

  it('explains why --max is exceeded, also in JSON', async () => {
    const args = [await file('shop.json', shop), '--max', '71'];
    const sentence =
      'The policy allows 72 derivatives per source, more than --max 71. Narrow its rules or raise --max.';
    expect((await cost(...args)).stdout.trimEnd().split('\n').at(-1)).toBe(sentence);
    const { code, stdout } = await cost(...args, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ max: 71, aboveMax: sentence });
  });

  it('refuses an invalid policy and lists every issue', async () => {
    const at = await file('wrong.json', { tenant: 'shop', operations: { resize: { w: [0] } } });
    const { code, stdout, stderr } = await cost(at);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`signet: ${at}: operations.resize`);
  });

  it('refuses a file that does not exist', async () => {
    const at = path.join(folder, 'nowhere.json');
    expect(await cost(at)).toEqual({
      code: 1,
      stdout: '',
      stderr: `signet: ${at} does not exist\n`,
    });
  });

  it.each([
    ['--max', '1e3'],
    ['--max', '-1'],
    ['--sources', '1.5'],
    ['--views', 'many'],
    ['--views', '9999999999999'],
  ])('accepts only whole numbers: %s %s', async (option, value) => {
    const { code, stdout, stderr } = await cost(
      await file('shop.json', shop),
      `${option}=${value}`,
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${option} is "${value}"; write a whole number`);
  });
});
