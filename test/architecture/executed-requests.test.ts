import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Executed } from './executed.ts';

/* How much code a reader has to follow for one request, as figures with ceilings. */

const script = fileURLToPath(new URL('executed-requests.ts', import.meta.url));

let executed: { readonly accepted: Executed; readonly miss: Executed };

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script]);
  executed = JSON.parse(stdout);
});

/** A cache as packages have them, whose files do not count either. Nobody has to follow it. */
const known = 'shared/bounded-cache.ts';

const size = (of: Executed) => ({
  files: Object.keys(of).filter((file) => file !== known).length,
  functions: Object.values(of).flat().length,
});

describe('one accepted viewer request', () => {
  it('runs through at most 20 files and 60 named functions', () => {
    const { files, functions } = size(executed.accepted);
    expect(files).toBeGreaterThan(10);
    expect(files).toBeLessThanOrEqual(20);
    expect(functions).toBeLessThanOrEqual(60);
  });

  it('never enters the renderer', () => {
    const files = Object.keys(executed.accepted);
    expect(files.filter((file) => file.startsWith('render/'))).toEqual([]);
  });
});

describe('one rendered miss', () => {
  const inspects = (file: string): boolean => file.startsWith('shared/inspect/');
  const select = (wanted: boolean): Executed =>
    Object.fromEntries(Object.entries(executed.miss).filter(([file]) => inspects(file) === wanted));

  // Three files more than a renderer in the function would need: the pipe to the process that draws. The
  // entry of that process, `render/draw-process.ts`, comes on top.
  it('runs through at most 29 files and 95 named functions besides inspection', () => {
    const { files, functions } = size(select(false));
    expect(files).toBeGreaterThan(10);
    expect(files).toBeLessThanOrEqual(29);
    expect(functions).toBeLessThanOrEqual(95);
  });

  it('inspects a PNG in at most 16 files and 30 named functions', () => {
    const { files, functions } = size(select(true));
    expect(files).toBeGreaterThan(5);
    expect(files).toBeLessThanOrEqual(16);
    expect(functions).toBeLessThanOrEqual(30);
  });
});
