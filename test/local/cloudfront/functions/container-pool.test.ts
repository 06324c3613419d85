import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createConcurrency } from '../../../../local/cloudfront/functions/concurrency.ts';
import {
  type ContainerPool,
  createContainerPool,
} from '../../../../local/cloudfront/functions/container-pool.ts';

let folder: string;
let made = 0;
const logged: string[] = [];
const pools: ContainerPool[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signet-containers-'));
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(pools.splice(0).map((pool) => pool.close(Date.now() + 5_000)));
  logged.splice(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Fake timers for the pool. Its containers are processes with real time. */
const stopClock = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
/** Waits for work that a timer started. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
const realTimeout = setTimeout;
/** Waits for a container without `vi.waitFor`, which would advance the fake clock. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => realTimeout(resolve, 10));
}

type Limits = {
  readonly workers?: number;
  readonly timeoutMs?: number;
  readonly memoryMb?: number;
};

async function poolOf(
  code: string,
  limits: Limits = {},
  concurrency = createConcurrency(),
): Promise<ContainerPool> {
  made += 1;
  const file = join(folder, `function-${made}.mjs`);
  await writeFile(file, code);
  const fn = { file, memoryMb: 128, timeoutMs: 5_000, maxBodyBytes: 40_960, workers: 2, ...limits };
  const log = (source: string, line: string) => {
    logged.push(`${source}: ${line}`);
  };
  const pool = createContainerPool(fn, 'viewer-request', log, concurrency);
  pools.push(pool);
  return pool;
}

const sleeper = `
let running = 0, most = 0, events = 0;
export async function handler({ ms }) {
  running += 1; events += 1; most = Math.max(most, running);
  await new Promise((resolve) => setTimeout(resolve, ms));
  running -= 1;
  return { most, events };
}`;

describe('a pool of containers', () => {
  it('keeps module scope between events and runs one event at a time', async () => {
    const pool = await poolOf(sleeper, { workers: 1 });
    const results = await Promise.all([5, 5, 5].map((ms) => pool.invoke({ ms }, 'id')));
    expect(results).toEqual([1, 2, 3].map((events) => ({ most: 1, events })));
  });

  it('runs one event per worker at the same time', async () => {
    const pool = await poolOf(sleeper, { workers: 3 });
    const results = await Promise.all([300, 300, 300, 300].map((ms) => pool.invoke({ ms }, 'id')));
    const counts = results.map((result) => (result as { events: number }).events);
    expect(counts.sort()).toEqual([1, 1, 1, 2]);
  });

  it('gives each function a copy of the event', async () => {
    const pool = await poolOf('export const handler = (e) => { e.list.push(1); return e; }');
    const event = { list: [] };
    expect(await pool.invoke(event, 'id')).toEqual({ list: [1] });
    expect(event).toEqual({ list: [] });
  });

  it('gives a function the context and environment of Lambda and nothing from this process', async () => {
    process.env['SIGNET_TEST_LEAK'] = 'yes';
    const pool = await poolOf(
      `export const handler = (event, context) => ({ env: process.env,
      id: context.awsRequestId, memory: context.memoryLimitInMB,
      left: context.getRemainingTimeInMillis(), flags: process.execArgv, folder: process.cwd() })`,
      { timeoutMs: 600_000 },
    );
    const seen = (await pool.invoke({}, 'request-1')) as {
      env: Record<string, string>;
      id: string;
      memory: string;
      left: number;
      flags: string[];
    };
    delete process.env['SIGNET_TEST_LEAK'];
    expect(seen.env['SIGNET_TEST_LEAK']).toBeUndefined();
    expect(seen.env['PATH']).toBeUndefined();
    expect(seen.env['AWS_REGION']).toBe('eu-central-1');
    expect(seen.flags).toEqual(['--max-old-space-size=128']);
    expect(seen).toMatchObject({ id: 'request-1', memory: '128' });
    // The minute between them is longer than the timeout of the test.
    expect(seen.left).toBeGreaterThan(540_000);
    expect(seen.left).toBeLessThanOrEqual(600_000);
  });

  const hangs: readonly (readonly [string, string])[] = [
    ['waits for ever', 'await new Promise(() => {})'],
    ['spins', 'for (;;);'],
  ];

  it.each(hangs)('stops a function that %s at its timeout and replaces it', async (_name, code) => {
    stopClock();
    const pool = await poolOf(
      `export async function handler({ hang }) {
        if (hang) { console.log('hangs'); ${code} }
        return { ok: true }; }`,
      { workers: 1, timeoutMs: 300 },
    );
    const faults: unknown[] = [];
    const hung = pool.invoke({ hang: true }, 'id').catch((fault: unknown) => faults.push(fault));
    const queued = pool.invoke({}, 'id');
    await until(() => logged.includes('viewer-request: hangs'));
    vi.advanceTimersByTime(299);
    await turn();
    expect(faults).toEqual([]);
    vi.advanceTimersByTime(1);
    await hung;
    expect(faults).toMatchObject([
      { kind: 'LambdaExecutionError', message: 'the task timed out after 0.30 seconds' },
    ]);
    expect(await queued).toEqual({ ok: true });
  });

  const broken: readonly (readonly [string, string, RegExp])[] = [
    ['does not parse', 'export const = ;', /SyntaxError/],
    ['throws while loading', `throw new RangeError('no root key')`, /RangeError: no root key/],
    ['has no handler', 'export const other = 1', /no handler/],
    ['ends while loading', 'process.exit(0)', /exited with code 0/],
  ];

  it.each(broken)('fails every event of a bundle that %s', async (_name, code, reason) => {
    const pool = await poolOf(code);
    for (const id of ['first', 'second']) {
      await expect(pool.invoke({}, id)).rejects.toMatchObject({
        kind: 'LambdaExecutionError',
        message: expect.stringMatching(reason),
      });
    }
  });

  it('throttles beyond a thousand executions at once, running or waiting', async () => {
    const pool = await poolOf(sleeper, { workers: 1 });
    const begun = Array.from({ length: 1_000 }, () => pool.invoke({ ms: 0 }, 'id'));
    const throttled = { kind: 'LambdaLimitExceeded', status: 503 };
    await expect(pool.invoke({ ms: 0 }, 'id')).rejects.toMatchObject(throttled);
    expect(await Promise.all(begun)).toHaveLength(1_000);
    expect(await pool.invoke({ ms: 0 }, 'id')).toEqual({ most: 1, events: 1_001 });
  });

  it('shares the quota of its Region with the other functions there', async () => {
    const region = createConcurrency(2);
    const [one, other] = [await poolOf(sleeper, {}, region), await poolOf(sleeper, {}, region)];
    const begun = [one.invoke({ ms: 0 }, 'id'), other.invoke({ ms: 0 }, 'id')];
    for (const pool of [one, other])
      await expect(pool.invoke({ ms: 0 }, 'id')).rejects.toMatchObject({
        message: '2 executions run already',
      });
    await Promise.all(begun);
    expect(await one.invoke({ ms: 0 }, 'id')).toMatchObject({ most: 1 });
  });

  it.each([
    ['throws', `throw new Error('no')`],
    ['exits', 'process.exit(1)'],
  ])('counts an execution that %s as ended', async (_what, code) => {
    const once = `export async function handler({ fails }) { if (fails) { ${code} } return {}; }`;
    const pool = await poolOf(once, {}, createConcurrency(1));
    await expect(pool.invoke({ fails: true }, 'id')).rejects.toThrow();
    expect(await pool.invoke({}, 'id')).toEqual({});
  });

  it('limits the heap of a function, and the emulator survives', async () => {
    const code = `export function handler({ mb }) { const held = [];
      for (let at = 0; at < mb; at += 1) held.push(Array.from({ length: 131072 }, (_, n) => n + 0.5));
      return { held: held.length }; }`;
    const pool = await poolOf(code, { workers: 1, memoryMb: 64 });
    expect(await pool.invoke({ mb: 16 }, 'id')).toEqual({ held: 16 });
    await expect(pool.invoke({ mb: 512 }, 'id')).rejects.toMatchObject({
      kind: 'LambdaExecutionError',
    });
    expect(await pool.invoke({ mb: 16 }, 'id')).toEqual({ held: 16 });
  });

  it('runs later events in new containers once its containers are replaced', async () => {
    const code = 'export const handler = async () => ({ pid: process.pid });';
    const pool = await poolOf(code, { workers: 1 });
    const first = await pool.invoke({}, 'id');
    expect(await pool.invoke({}, 'id')).toEqual(first);
    pool.replaceContainers();
    const second = await pool.invoke({}, 'id');
    expect(second).not.toEqual(first);
    expect(await pool.invoke({}, 'id')).toEqual(second);
  });

  it('finishes a running event before its container is replaced', async () => {
    const pool = await poolOf(sleeper, { workers: 1 });
    const running = pool.invoke({ ms: 50 }, 'id');
    const queued = pool.invoke({ ms: 0 }, 'id');
    pool.replaceContainers();
    expect(await running).toEqual({ most: 1, events: 1 });
    // The event that waited began after the change, so it must not see what the old container holds.
    expect(await queued).toEqual({ most: 1, events: 1 });
  });

  it('finishes a running event when it closes, and accepts no more', async () => {
    const pool = await poolOf(sleeper, { workers: 1 });
    const running = pool.invoke({ ms: 300 }, 'id');
    const queued = pool.invoke({ ms: 0 }, 'id');
    // The deadline is later than the end of the test, so it does not end the waiting.
    const closed = pool.close(Date.now() + 60_000);
    await expect(pool.invoke({ ms: 0 }, 'id')).rejects.toMatchObject({ name: 'LambdaFault' });
    await closed;
    expect(await running).toEqual({ most: 1, events: 1 });
    expect(await queued).toEqual({ most: 1, events: 2 });
  });

  it('does not wait beyond the deadline when it closes', async () => {
    stopClock();
    const pool = await poolOf(sleeper, { workers: 1 });
    const faults: unknown[] = [];
    const both = [60_000, 0].map((ms) =>
      pool.invoke({ ms }, 'id').catch((fault: unknown) => faults.push(fault)),
    );
    const closed = pool.close(Date.now() + 200);
    vi.advanceTimersByTime(199);
    await turn();
    expect(faults).toEqual([]);
    vi.advanceTimersByTime(1);
    await Promise.all([closed, ...both]);
    expect(faults.map(String)).toEqual(Array(2).fill(expect.stringContaining('stopped')));
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a function that draws', () => {
  const sharpPath = pathToFileURL(createRequire(import.meta.url).resolve('sharp')).href;
  const draw = `
import sharp from '${sharpPath}';
export async function handler({ side }) {
  console.log('draws ' + side + ' in ' + process.pid);
  const create = { width: side, height: side, channels: 3, background: '#808080' };
  const drawn = await sharp({ create }).avif({ effort: 4 }).toBuffer();
  console.log('has drawn ' + side);
  return { bytes: drawn.length };
}`;

  /** The processes that are rendering a large image. */
  const drawing = (): readonly number[] => {
    const begun = logged.flatMap((line) => /draws 8000 in (\d+)$/.exec(line)?.slice(1) ?? []);
    return begun.map(Number).filter(isRunning);
  };

  it('is stopped in the middle of a render, and the emulator survives', async () => {
    stopClock();
    for (const round of [1, 2, 3]) {
      const pool = await poolOf(draw, { workers: 2, timeoutMs: 400, memoryMb: 512 });
      const small = (await pool.invoke({ side: 8 }, `warm-${round}`)) as { bytes: number };
      expect(small.bytes).toBeGreaterThan(0);
      const late = [1, 2].map(() => pool.invoke({ side: 8_000 }, `late-${round}`));
      const ended = Promise.all(late.map((one) => expect(one).rejects.toThrow('timed out')));
      await until(() => drawing().length === 2);
      vi.advanceTimersByTime(400);
      await ended;
      await until(() => drawing().length === 0);
      const next = (await pool.invoke({ side: 8 }, `next-${round}`)) as { bytes: number };
      expect(next.bytes).toBe(small.bytes);
      await pool.close(Date.now());
    }
    expect(logged).not.toContain('viewer-request: has drawn 8000');
  });
});
