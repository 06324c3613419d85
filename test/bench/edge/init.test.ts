import { expect, it } from 'vitest';
import { measureInit } from '../../../bench/edge/init.ts';
import { bundle } from '../../../build/functions.ts';

it('measures the start of an empty Node and of viewer-request', async () => {
  const { emptyMs, loadedMs, ratio, bundleBytes } = await measureInit(1);
  expect(emptyMs).toBeGreaterThan(0);
  expect(loadedMs).toBeGreaterThan(0);
  expect(ratio).toBe(loadedMs / emptyMs);
  expect(bundleBytes).toBeGreaterThan((await bundle('edge/gate.ts')).length);
});

it('fails if the function cannot be loaded', async () => {
  await expect(measureInit(1, '/nowhere/node')).rejects.toThrow('ENOENT');
});
