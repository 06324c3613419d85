import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DescribedFinding } from '../../operator/doctor/text/described-finding.ts';
import { operationNames, rowOf } from '../../shared/operations/table.ts';
import type { PutOptions } from '../../shared/ports.ts';
import { wordsOf } from '../docs/signet-words.ts';
import { command } from './in-process.ts';
import { picture, startUnguardedStack } from './stack.ts';

/* `doctor --deep` with images that the stack has made, and with objects that somebody else has put there. */

let stack: Awaited<ReturnType<typeof startUnguardedStack>>;

/** An animation of two frames. */
const animation = () =>
  sharp(Buffer.alloc(40 * 60 * 3, 99), {
    raw: { width: 40, height: 60, channels: 3, pageHeight: 30 },
  })
    .gif()
    .toBuffer();

/** Recipes whose answers have every type, and sizes that follow from the recipe in every way. */
const recipes: readonly string[] = [
  ...operationNames.map((name) => rowOf(name).example),
  ...['jpg', 'png', 'webp', 'avif', 'gif'].map((format) => `resize,w_20__op__format,f_${format}`),
  ...['fill', 'pad', 'fixed', 'lfit', 'mfit'].flatMap((m) =>
    [0, 1].map((limit) => `resize,m_${m},w_90,h_70,limit_${limit}`),
  ),
  ...['resize,l_30', 'resize,s_30', 'resize,p_50', 'resize,h_20,limit_0', 'resize,m_fixed,w_33'],
  ...['resize,w_50__op__circle,r_10', 'rotate,d_45__op__resize,w_30', 'quality,max_900'],
];

async function viewAll(source: string): Promise<void> {
  for (const recipe of recipes) {
    const { code, stdout } = await stack.run('mint', 'acme', source, ...recipe.split('__op__'));
    if (code === 0) await (await fetch(stdout.trim())).arrayBuffer();
  }
}

beforeAll(async () => {
  stack = await startUnguardedStack();
  const permissive = JSON.parse(await readFile('test/e2e/permissive-policy.json', 'utf8'));
  for (const tenant of ['acme', 'other']) await stack.publish(tenant, { ...permissive, tenant });
  await stack.upload('acme', 'a.jpg', await picture('red'));
  await stack.upload('acme', 'b/é +.gif', await animation());
  await stack.upload('other', 'a.jpg', await picture('blue'));
  await viewAll('a.jpg');
  await viewAll('b/é +.gif');
  const url = await stack.mint('other', 'a.jpg', 'resize,w_20', 'format,f_png');
  expect((await fetch(url)).status).toBe(200);
});
afterAll(() => stack.stop());

type Report = { readonly ok: boolean; readonly findings: readonly DescribedFinding[] };

async function lookDeep(...args: readonly string[]): Promise<Report> {
  const { stdout } = await stack.run('doctor', '--deep', ...args, '--json');
  return JSON.parse(stdout) as Report;
}

const wrongIn = ({ findings }: Report): readonly DescribedFinding[] =>
  findings.filter(({ check, ok }) => check.startsWith('derivatives') && !ok);

async function keysBelow(prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const key of stack.derivatives.list(prefix)) keys.push(key);
  return keys;
}

const image = { contentType: 'image/png' } as const;
const small = () =>
  sharp({ create: { width: 20, height: 15, channels: 3, background: 'red' } })
    .png()
    .toBuffer();

type Wrong = {
  readonly key: string;
  readonly why: RegExp;
  readonly body?: () => Promise<Uint8Array>;
  readonly options?: PutOptions;
};

const wrong: Readonly<Record<string, Wrong>> = {
  'a name without operations': { key: 'acme/plain.jpg', why: /no request leads to its key/ },
  'an unknown operation': {
    key: 'acme/a.jpg__op__nope__op__format,f_png',
    why: /no request leads to/,
  },
  'an order that is not canonical': {
    key: 'acme/a.jpg__op__format,f_png__op__blur,r_3,s_2',
    why: /canonical/,
  },
  'a value at its default': {
    key: 'acme/a.jpg__op__resize,w_20,limit_1__op__format,f_png',
    why: /canonical/,
  },
  'no format': { key: 'acme/a.jpg__op__resize,w_20', why: /canonical/ },
  'an empty segment': { key: 'acme/b//c.jpg__op__format,f_png', why: /no request leads to/ },
  'no bytes': {
    key: 'acme/empty.jpg__op__format,f_png',
    why: /it is empty/,
    body: async () => new Uint8Array(),
  },
  'bytes of another type': {
    key: 'acme/type.jpg__op__format,f_jpg',
    why: /its bytes are png, not jpg/,
  },
  'bytes of no type': {
    key: 'acme/html.jpg__op__format,f_png',
    why: /of no type that Signet makes/,
    body: async () => Buffer.from('<script>alert(1)</script>'),
  },
  'an image for JSON': { key: 'acme/info.jpg__op__info', why: /its bytes are png, not json/ },
  'another content type': {
    key: 'acme/content.jpg__op__format,f_png',
    why: /its content type is text\/html/,
    options: { contentType: 'text/html' },
  },
  'a width that is too large': {
    key: 'acme/wide.jpg__op__resize,w_10__op__format,f_png',
    why: /it is 20×15 pixels/,
  },
  'a size that is not the fixed one': {
    key: 'acme/box.jpg__op__resize,m_fill,w_30,h_30,limit_0__op__format,f_png',
    why: /it is 20×15 pixels/,
  },
  'cache tags of another source': {
    key: 'acme/tags.jpg__op__format,f_png',
    why: /cache tags are those of another source/,
    options: { ...image, metadata: { 'cache-tag': 's-0,t-other' } },
  },
  'the recipe of another key': {
    key: 'acme/recipe.jpg__op__format,f_png',
    why: /names another recipe/,
    options: { ...image, metadata: { recipe: 'format,f_jpg' } },
  },
  'a folder of no tenant': {
    key: 'nobody/a.jpg__op__format,f_png',
    why: /there is no such tenant/,
  },
};

/** Carries out the advice of every problem. */
async function followAdvice(report: Report): Promise<void> {
  for (const { todo = '' } of wrongIn(report))
    for (const [, words = ''] of todo.matchAll(/npx signet (.+?)(?=; then|$)/g)) {
      const { code, stderr } = await command(wordsOf(words), stack.environment);
      expect([words, code, stderr]).toEqual([words, 0, expect.any(String)]);
    }
}

describe('doctor --deep', () => {
  it('finds nothing wrong with what the stack has made', async () => {
    expect((await keysBelow('acme/')).length).toBeGreaterThan(60);
    const report = await lookDeep();
    expect(wrongIn(report)).toEqual([]);
    const found = report.findings.find(({ check }) => check === 'derivatives')?.found;
    expect(found).toMatch(/^\d+ derivatives looked at$/);
  });

  it.each(Object.entries(wrong))('names %s, and its advice removes it', async (_what, one) => {
    const { key, why, body = small, options = image } = one;
    await stack.derivatives.put(key, await body(), options);
    const report = await lookDeep();
    const [finding, ...others] = wrongIn(report);
    expect(others).toEqual([]);
    expect(finding?.check).toBe(`derivatives ${key.split('/')[0]}`);
    expect(finding?.found).toContain(key);
    expect(finding?.found).toMatch(why);
    expect((await lookDeep('other')).ok).toBe(true);
    await followAdvice(report);
    expect(await keysBelow(key)).toEqual([]);
    expect(wrongIn(await lookDeep())).toEqual([]);
  });

  it('purges the folder of a tenant with many wrong ones', async () => {
    for (let at = 0; at < 12; at += 1)
      await stack.derivatives.put(`acme/${at}.jpg__op__format,f_jpg`, await small(), image);
    const report = await lookDeep('acme');
    const [finding] = wrongIn(report);
    expect(finding?.found).toMatch(/^12 derivatives do not match the key \(.*; …\)$/);
    expect(finding?.todo).toBe("npx signet purge acme '*'");
    await followAdvice(report);
    expect(await keysBelow('acme/')).toEqual([]);
  });

  it('can be acknowledged, and excludes a repair', async () => {
    await stack.derivatives.put('acme/x.jpg__op__format,f_jpg', await small(), image);
    const [finding] = wrongIn(await lookDeep());
    const id = finding?.id ?? '';
    await stack.json('doctor', '--deep', '--acknowledge', id, '--reason', 'known');
    expect((await lookDeep()).ok).toBe(true);
    await stack.derivatives.put('acme/y.jpg__op__format,f_jpg', await small(), image);
    expect((await lookDeep()).ok).toBe(false);
    expect((await stack.run('doctor', '--deep', '--repair')).code).toBe(2);
  });
});
