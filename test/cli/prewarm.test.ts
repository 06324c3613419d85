import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitOf } from '../local/running-stack.ts';
import type { Ran } from './signet.ts';
import { type CommandStack, picture, startCommandStack } from './stack.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let stack: CommandStack;
let folder: string;

const resize = { w: [32, 48, 64] };
const warm = {
  operations: { resize, format: { f: ['auto', 'png'] } },
  presets: { thumb: 'resize,w_32', card: 'resize,w_48__op__format,f_auto' },
  auto: { format: ['webp', 'png'] },
  blocked: ['secret/*'],
  urls: { maxLifetime: 600 },
};
const bare = { operations: { resize, format: { f: ['png'] } } };

beforeAll(async () => {
  stack = await startCommandStack();
  folder = await mkdtemp(path.join(tmpdir(), 'signet-prewarm-'));
  await stack.publish('warm', warm);
  await stack.publish('bare', bare);
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(() => vi.restoreAllMocks());

/** Uploads sources that no other test uses. */
async function sources(tenant: string, count: number): Promise<readonly string[]> {
  const prefix = randomUUID();
  const bytes = await picture('teal');
  const names = Array.from({ length: count }, (_, at) => `${prefix}/photo ${at + 1}.jpg`);
  for (const name of names) await stack.upload(tenant, name, bytes);
  return names;
}

async function listOf(...lines: readonly string[]): Promise<string> {
  const file = path.join(folder, randomUUID());
  await writeFile(file, lines.map((line) => `${line}\n`).join(''));
  return file;
}

async function listDerivatives(tenant: string, name: string): Promise<readonly string[]> {
  const prefix = `${tenant}/${name}__op__`;
  const keys: string[] = [];
  for await (const key of stack.derivatives.list(prefix)) keys.push(key.slice(prefix.length));
  return keys.toSorted();
}

const linesIn = (file: string): readonly string[] =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];

type Report = Readonly<Record<string, unknown>>;

/** Runs prewarm and returns its report and exit code. */
async function prewarm(...args: readonly string[]): Promise<Report> {
  const { code, stdout, stderr } = await stack.run('prewarm', ...args, '--json');
  if (stdout === '') throw new Error(stderr);
  return { code, ...(JSON.parse(stdout) as Report) };
}

const nothing = {
  code: 0,
  asked: 0,
  made: 0,
  already: 0,
  skipped: 0,
  refused: {},
  failed: 0,
  stopped: false,
  examples: {},
};

describe('prewarm', () => {
  it('makes all presets, and each format that format,f_auto can become', async () => {
    const [name = ''] = await sources('warm', 1);
    const list = await listOf(name);
    const report = await prewarm('warm', list);
    expect(report).toEqual({ ...nothing, tenant: 'warm', asked: 4, made: 4, keys: 4, lines: 1 });
    const recipes = [
      'resize,w_32__op__format,f_src',
      'resize,w_48__op__format,f_png',
      'resize,w_48__op__format,f_src',
      'resize,w_48__op__format,f_webp',
    ];
    expect(await listDerivatives('warm', name)).toEqual(recipes);
    const remembered = linesIn(`${list}.done`).toSorted();
    expect(remembered).toEqual(recipes.map((recipe) => `warm/${name}__op__${recipe}`));
  });

  it('makes the given recipes, or those of the line', async () => {
    const [first = '', second = '', third = ''] = await sources('warm', 3);
    const list = await listOf(
      first,
      '# the second is special',
      `${second}\tresize,w_64\tformat,f_png`,
      `${third}\tx-oss-process=image/resize,w_64/format,png`,
    );
    const recipes = ['--recipe', 'resize,w_32', '--recipe', 'resize,w_64__op__format,f_auto'];
    const report = await prewarm('warm', list, ...recipes);
    expect(report).toEqual({ ...nothing, tenant: 'warm', asked: 6, made: 6, keys: 6, lines: 4 });
    expect(await listDerivatives('warm', first)).toEqual([
      'resize,w_32__op__format,f_src',
      'resize,w_64__op__format,f_png',
      'resize,w_64__op__format,f_src',
      'resize,w_64__op__format,f_webp',
    ]);
    const special = ['resize,w_64__op__format,f_png'];
    expect([await listDerivatives('warm', second), await listDerivatives('warm', third)]).toEqual([
      special,
      special,
    ]);
  });

  it('prints the result', async () => {
    const [name = ''] = await sources('bare', 1);
    const list = await listOf(name, 'gone.jpg', '../b.jpg');
    const { code, stdout, stderr } = await stack.run(
      ...['prewarm', 'bare', list, '--recipe', 'resize,w_32'],
    );
    expect({ code, stderr, stdout: stdout.split('\n') }).toEqual({
      code: 1,
      stderr: '',
      stdout: [
        'bare: 2 derivatives requested',
        '  made:           1',
        '  already stored: 0',
        '  skipped:        0 (recorded by an earlier run, or listed twice)',
        '  refused or failed',
        '    malformed: 1',
        '      line 3: the path has a . or .. segment',
        '    source_missing: 1',
        '      line 2: gone.jpg resize,w_32',
        '',
      ],
    });
  });

  it('counts derivatives that are already stored', async () => {
    const [name = ''] = await sources('bare', 1);
    const list = await listOf(name);
    const args = ['bare', list, '--recipe', 'resize,w_32', '--fresh'];
    expect(await prewarm(...args)).toMatchObject({ code: 0, made: 1, already: 0 });
    expect(await prewarm(...args)).toMatchObject({ code: 0, made: 0, already: 1, keys: 1 });
  });

  it('requests a derivative once if it is listed twice', async () => {
    const [name = ''] = await sources('bare', 1);
    const list = await listOf(name, name, `${name}\tformat,f_src\tresize,m_lfit,w_32`);
    expect(await prewarm('bare', list, '--recipe', 'resize,w_32')).toMatchObject({
      code: 0,
      asked: 1,
      made: 1,
      skipped: 2,
      keys: 1,
    });
  });

  it('counts a redirect to a large derivative as made', async () => {
    const side = 900;
    const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
    const large = await sharp({
      create: { width: side, height: side, channels: 3, background: 'black', noise },
    })
      .png()
      .toBuffer();
    const name = `${randomUUID()}.png`;
    await stack.upload('bare', name, large);
    const list = await listOf(`${name}\tformat,f_png`);
    expect(await prewarm('bare', list, '--recipe', 'resize,w_32')).toMatchObject({ made: 1 });
    const [key = ''] = linesIn(`${list}.done`);
    const stored = await stack.derivatives.get(key, { maxBytes: 100_000_000 });
    expect(typeof stored === 'string' ? 0 : stored.body.length).toBeGreaterThan(1_100_000);
  });
});

describe('a refusal', () => {
  it('is counted by code, with examples, and does not stop the run', async () => {
    const [name = ''] = await sources('warm', 1);
    const missing = Array.from({ length: 7 }, (_, at) => `none/${at}.jpg`);
    const list = await listOf(
      `${name}\tresize,w_33`,
      `${name}\tblur,s_3`,
      `${name}\tresize,w_32`,
      `${name}\tshrink,w_32`,
      `${name}\tstyle,n_thump`,
      '/rooted.jpg',
      'secret/a.jpg\tresize,w_32',
      ...missing.map((one) => `${one}\tresize,w_32`),
    );
    const report = await prewarm('warm', list, '--concurrency', '1');
    expect(report).toMatchObject({
      code: 1,
      asked: 9,
      made: 1,
      refused: {
        denied_value: 1,
        denied_operation: 1,
        malformed: 2,
        denied_preset: 1,
        denied_blocked: 1,
        source_missing: 7,
      },
      failed: 0,
      keys: 1,
      lines: 14,
    });
    expect(report['examples']).toMatchObject({
      malformed: [
        {
          line: 4,
          path: name,
          recipe: 'shrink,w_32',
          reason: expect.stringMatching(/^there is no/),
        },
        { line: 6, reason: 'the path begins with a slash; leave it out' },
      ],
      denied_blocked: [{ line: 7, path: 'secret/a.jpg', recipe: 'resize,w_32' }],
      source_missing: missing
        .slice(0, 5)
        .map((one, at) => ({ line: at + 8, path: one, recipe: 'resize,w_32' })),
    });
  });

  it('is not recorded, because the next run may succeed', async () => {
    const name = `${randomUUID()}.jpg`;
    const list = await listOf(name);
    const args = ['bare', list, '--recipe', 'resize,w_32'];
    expect(await prewarm(...args)).toMatchObject({ code: 1, refused: { source_missing: 1 } });
    expect(linesIn(`${list}.done`)).toEqual([]);
    await stack.upload('bare', name, await picture('teal'));
    expect(await prewarm(...args)).toMatchObject({ code: 0, made: 1, skipped: 0 });
  });

  it('refuses the line if one format of format,f_auto is refused', async () => {
    const [name = ''] = await sources('warm', 1);
    const list = await listOf(`${name}\tresize,w_33\tformat,f_auto`);
    expect(await prewarm('warm', list)).toMatchObject({ asked: 0, refused: { denied_value: 1 } });
  });
});

/** Counts the requests for images, and calls a function before each. */
function watchRequests(before: (count: number) => void = () => undefined) {
  const real = globalThis.fetch;
  const seen = { count: 0, underWay: 0, most: 0 };
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (...args) => {
    seen.count += 1;
    seen.underWay += 1;
    seen.most = Math.max(seen.most, seen.underWay);
    before(seen.count);
    try {
      return await real(...args);
    } finally {
      seen.underWay -= 1;
    }
  });
  return seen;
}

describe('requests', () => {
  it.each([
    [[], 4],
    [['--concurrency', '1'], 1],
    [['--concurrency', '7'], 7],
  ])('run up to the given number at a time: %j', async (args, most) => {
    const names = await sources('bare', 6);
    const list = await listOf(...names);
    const recipes = ['--recipe', 'resize,w_32', '--recipe', 'resize,w_48'];
    const seen = watchRequests();
    expect(await prewarm('bare', list, ...recipes, ...args)).toMatchObject({ code: 0, made: 12 });
    expect(seen).toEqual({ count: 12, underWay: 0, most });
  });

  it('that fail are retried, then counted, and not recorded', async () => {
    const list = await listOf('a.jpg');
    const seen = watchRequests(() => {
      throw new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } });
    });
    const report = await prewarm('bare', list, '--recipe', 'resize,w_32');
    expect(report).toMatchObject({
      code: 1,
      asked: 1,
      failed: 1,
      examples: { failed: [{ line: 1, path: 'a.jpg', reason: 'no answer (ECONNREFUSED)' }] },
    });
    expect([seen.count, linesIn(`${list}.done`)]).toEqual([4, []]);
  });
});

/** Starts a run in a separate process with its list on stdin. */
function typing(...args: readonly string[]) {
  const child = spawn(process.execPath, ['bin/signet.js', 'prewarm', ...args], {
    cwd: root,
    env: { ...process.env, ...stack.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (chunk: Buffer) => {
      text[name] += chunk.toString();
    });
  const ended = async (): Promise<Ran> => ({ code: await exitOf(child), ...text });
  return { child, ended };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('on a terminal', () => {
  it('the bar counts the images of the list', async () => {
    const [one = '', two = '', three = ''] = await sources('bare', 3);
    const list = await listOf(one, two, `${three}\tresize,w_32\tformat,f_jpg`);
    const tty = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
    Object.defineProperty(process.stderr, 'isTTY', { value: true, configurable: true });
    const args = ['bare', list, '--recipe', 'resize,w_32', '--recipe', 'resize,w_33'];
    const { stderr } = await stack.run('prewarm', ...args);
    if (tty === undefined) Reflect.deleteProperty(process.stderr, 'isTTY');
    else Object.defineProperty(process.stderr, 'isTTY', tty);
    const shown = [...stderr.matchAll(/(\d+)% of (\d+ images)/g)];
    expect(shown.map(([, percent]) => percent)).toEqual(['20', '40', '60', '80', '100']);
    expect(new Set(shown.map(([, , total]) => total))).toEqual(new Set(['5 images']));
  });
});

describe('a stopped run', () => {
  it('ends on Ctrl-C before its list does, and the next run continues', async () => {
    const names = await sources('bare', 5);
    const state = path.join(folder, randomUUID());
    const args = ['--recipe', 'resize,w_32', '--state', state];
    const { child, ended } = typing('bare', '-', ...args);
    child.stdin.write(`${names.slice(0, 3).join('\n')}\nhalf a li`);
    await until(() => linesIn(state).length === 3);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'signet: stopping after the requests in progress\n',
    });
    expect(stdout).toMatch(/\n {2}made: +3\n/);
    expect(stdout).toMatch(/\nStopped at line 3; run it again to continue\.\n$/);
    const rest = await prewarm('bare', await listOf(...names), ...args);
    expect(rest).toMatchObject({ code: 0, asked: 2, made: 2, skipped: 3, keys: 5 });
    const all = names.map((name) => `bare/${name}__op__resize,w_32__op__format,f_src`);
    expect(linesIn(state).toSorted()).toEqual(all.toSorted());
  });

  it('waits for the requests in progress and starts no other', async () => {
    const list = await listOf(...(await sources('bare', 9)));
    const args = ['bare', list, '--recipe', 'resize,w_32', '--concurrency', '3'];
    const seen = watchRequests((count) => {
      if (count === 5) process.emit('SIGINT');
    });
    const stopped = await prewarm(...args);
    expect(stopped).toMatchObject({ code: 1, stopped: true, asked: seen.count, made: seen.count });
    expect(seen.count).toBeGreaterThanOrEqual(5);
    expect(seen.count).toBeLessThan(9);
    expect(linesIn(`${list}.done`)).toHaveLength(seen.count);
    vi.restoreAllMocks();
    const rest = await prewarm(...args);
    expect(rest).toMatchObject({ code: 0, stopped: false, made: 9 - seen.count, keys: 9 });
  });

  it('from stdin records nothing without --state', async () => {
    const [name = ''] = await sources('bare', 1);
    const { child, ended } = typing('bare', '-', '--recipe', 'resize,w_32', '--json');
    child.stdin.end(`${name}\n`);
    const { code, stdout } = await ended();
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, made: 1, keys: null });
    expect(existsSync(path.join(root, '-.done'))).toBe(false);
  });
});

describe('wrong usage', () => {
  it.each([
    ['a tenant without presets', ['bare', 'LIST'], /^bare has no presets; name what to make with/],
    ['no concurrency', ['warm', 'LIST', '--concurrency', '0'], /^--concurrency is "0"; write/],
    ['too much of it', ['warm', 'LIST', '--concurrency', '65'], /^--concurrency is "65"; write/],
    ['half of it', ['warm', 'LIST', '--concurrency', '1.5'], /^--concurrency is "1\.5"; write/],
    ['the list as state', ['warm', 'LIST', '--state', 'LIST'], /^--state names the list itself/],
    ['nothing to forget', ['warm', '-', '--fresh'], /^--fresh needs --state when/],
    ['no tenant name', ['Warm', 'LIST'], /^"Warm" is not a tenant name/],
    [
      'two spellings',
      ['warm', 'LIST', '--recipe', 'x-oss-process=image/info__op__blur,s_3'],
      /^x-oss-process cannot be combined/,
    ],
  ])('is exit code 2, and nothing is written: %s', async (_what, args, message) => {
    const list = await listOf('a.jpg');
    const named = args.map((one) => (one === 'LIST' ? list : one));
    const { code, stdout, stderr } = await stack.run('prewarm', ...named, '--json');
    expect({ code, stdout, ...JSON.parse(stderr) }).toEqual({
      code: 2,
      stdout: '',
      error: 'usage',
      message: expect.stringMatching(message),
    });
    expect(existsSync(`${list}.done`)).toBe(false);
  });

  it.each([
    ['an invalid recipe', ['warm', 'LIST', '--recipe', 'shrink,w_1'], 'malformed'],
    ['a list that is not there', ['warm', '/nowhere/list'], 'unreadable_file'],
    ['a tenant that is not there', ['nobody', 'LIST'], 'not_found'],
  ])('is distinguished from a failure: %s', async (_what, args, error) => {
    const list = await listOf('a.jpg');
    const named = args.map((one) => (one === 'LIST' ? list : one));
    const { code, stdout, stderr } = await stack.run('prewarm', ...named, '--json');
    expect({ code, stdout, ...JSON.parse(stderr) }).toMatchObject({ code: 1, stdout: '', error });
  });
});
