import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAssets } from '../../build/assets.ts';
import { bundleFunctions } from '../../build/functions.ts';
import { localAccess, localBuckets } from '../../shared/deployment/local-endpoints.ts';
import { writeUnzipped } from '../build/unzip.ts';
import { createTenant, permissivePolicy, putSample } from '../e2e/installation.ts';
import { type RunningStack, startRunningStack } from '../local/running-stack.ts';
import { childrenOf, environmentOf, residentMb, ticksOf, treeOf } from '../process-tree.ts';
import { countCases, isProof, noteFigure } from '../proof/cases.ts';
import { edgeConfig } from './edge-config.ts';
import { originEvent } from './events.ts';
import {
  buildAwsEmulator,
  type Emulator,
  type Started,
  startAwsEmulator,
  startOwnEmulator,
} from './lambda-emulator.ts';

/*
 * origin-response under an emulated Lambda: all its processes are stopped after each answer and continue
 * with the next event. `npm run proof` runs the deployed zip under AWS's own emulator; `npm test` runs
 * the bundle under a runtime API of our own, which needs no network.
 */

let stack: RunningStack;
let folder = '';

beforeAll(async () => {
  stack = await startRunningStack();
  folder = await mkdtemp(path.join(tmpdir(), 'signet-lambda-'));
  await createTenant(stack.home, 'e2e', permissivePolicy);
  await putSample(stack.home, 'e2e', 'portrait.jpg');
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

function configs() {
  const config = edgeConfig(localAccess(stack.instance, 's3'), {
    secretsManager: localAccess(stack.instance, 'secretsManager'),
    buckets: localBuckets,
  });
  return { viewerRequest: config, originResponse: config, purge: { sources: {} } };
}

async function unzipFunction(): Promise<string> {
  const { originResponse } = await buildAssets(path.join(folder, 'zips'), configs());
  const unzipped = path.join(folder, 'task');
  await writeUnzipped(unzipSync(await readFile(originResponse)), unzipped);
  return path.join(unzipped, 'index.mjs');
}

const eventFor = (width: number) =>
  originEvent(`/e2e/portrait.jpg__op__resize,w_${width}__op__format,f_webp`);

type Answer = { readonly status: string; readonly body?: string };

/** Builds the function and what it runs on. Returns what starts it with its first event. */
async function buildFunction(): Promise<() => Promise<Started>> {
  if (!isProof) {
    const { originResponse } = await bundleFunctions(folder, configs());
    return () => startOwnEmulator(originResponse, eventFor(100));
  }
  const [file, program] = [await unzipFunction(), buildAwsEmulator(folder)];
  return () => startAwsEmulator(program, file, eventFor(100));
}

/** The process that draws: the only child of the function. */
function drawingOf({ pid }: Emulator): number {
  const children = childrenOf(pid);
  expect(children).toHaveLength(1);
  return children[0] ?? 0;
}

function signal(emulator: Emulator, name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of treeOf(emulator.pid)) process.kill(pid, name);
}

/** Continues all processes, sends an event and stops them again. */
async function ask(emulator: Emulator, width: number): Promise<Answer> {
  signal(emulator, 'SIGCONT');
  const answer = (await emulator.invoke(eventFor(width))) as Answer;
  signal(emulator, 'SIGSTOP');
  countCases();
  return answer;
}

describe.runIf(process.platform === 'linux')('origin-response on an emulated Lambda', () => {
  it('serves pictures although it is frozen in between, and replaces a process that hangs', async () => {
    const start = await buildFunction();
    const began = performance.now();
    const { emulator, first } = await start();
    try {
      expect(first).toMatchObject({ status: '200' });
      const seconds = ((performance.now() - began) / 1_000).toFixed(2);
      signal(emulator, 'SIGSTOP');
      const drawing = drawingOf(emulator);
      const cpu = [emulator.pid, drawing].map((pid) => ticksOf(pid) * 10);
      noteFigure(`first answer after ${seconds} s, CPU time ${cpu.join(' + ')} ms`);

      for (const width of [101, 102, 103, 104, 105])
        expect(await ask(emulator, width)).toMatchObject({ status: '200' });
      expect(drawingOf(emulator)).toBe(drawing);
      const memory = [emulator.pid, drawing].map(residentMb);
      noteFigure(`memory ${memory.join(' + ')} MB`);

      expect(environmentOf(emulator.pid)).toContain('canary-secret');
      expect(environmentOf(drawing)).toBe('');

      // From here on, the process that draws does nothing, like one that is busy with a bomb.
      process.kill(emulator.pid, 'SIGCONT');
      const late = (await emulator.invoke(eventFor(106))) as Answer;
      expect(late).toMatchObject({ status: '415', body: '{"error":"source_too_large"}' });
      const replacement = drawingOf(emulator);
      expect(replacement).not.toBe(drawing);

      signal(emulator, 'SIGSTOP');
      expect(await ask(emulator, 107)).toMatchObject({ status: '200' });
      expect(drawingOf(emulator)).toBe(replacement);
    } finally {
      emulator.stop();
    }
  });
});
