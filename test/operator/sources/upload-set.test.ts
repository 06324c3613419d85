import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listSources } from '../../../operator/sources/list-sources.ts';
import { type UploadSetControl, uploadSet } from '../../../operator/sources/upload-set.ts';
import { keep } from '../../shared/objects/memory-store.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

const sample = new URL('../../../local/demo/samples/mark.png', import.meta.url).pathname;

let installation: ReturnType<typeof createMemoryInstallation>;
let folder: string;

beforeEach(async () => {
  installation = createMemoryInstallation();
  await installation.publish('acme');
  folder = await mkdtemp(path.join(tmpdir(), 'signet-set-'));
  for (let at = 0; at < 12; at += 1) await cp(sample, path.join(folder, `${at}.png`));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Step = Parameters<UploadSetControl['startProgress']>[1];

/** Runs an upload. `onFile` is called after each file of a step, and can stop it. */
function uploadAll(onFile: (step: Step, stop: () => void) => void = () => undefined) {
  const controller = new AbortController();
  const control: UploadSetControl = {
    startProgress: (_total, step) => ({
      advance: () => onFile(step, () => controller.abort()),
      end: () => undefined,
    }),
    runInterruptibly: (work) => work(controller.signal),
  };
  const request = { tenant: 'acme', folder: '', files: [folder], focus: undefined, skip: false };
  return uploadSet(installation.open, request, control);
}

describe('an upload of several files', () => {
  it('that is stopped says what is left, purges what it stored, and is continued', async () => {
    const stopped = await uploadAll((step, stop) => step === 'uploaded' && stop());
    const { left, uploaded } = stopped;
    expect(stopped).toMatchObject({ stopped: true, failure: undefined });
    expect(uploaded).toBeGreaterThan(0);
    expect(uploaded + left).toBe(12);
    expect(installation.invalidated).toHaveLength(uploaded);
    expect(await uploadAll()).toMatchObject({ uploaded: left, same: uploaded, left: 0 });
  });

  it('stores nothing if it is stopped while files are checked', async () => {
    const stopped = await uploadAll((step, stop) => step === 'checked' && stop());
    expect(stopped).toMatchObject({ stopped: true, uploaded: 0, left: 12 });
    expect(installation.sources.objects.size).toBe(0);
  });

  it('that fails in the middle says what was uploaded, and what failed', async () => {
    let stored = 0;
    const done = await uploadAll((step) => {
      if (step === 'uploaded') stored += 1;
      installation.sources.away = stored >= 3;
    });
    expect(done).toMatchObject({ stopped: false, failure: { code: 'unavailable' } });
    expect(done.uploaded + done.left).toBe(12);
    expect(done.uploaded).toBe(installation.sources.objects.size);
  });

  it('purges what it replaced', async () => {
    keep(installation.sources, 'acme/1.png', 'old');
    keep(installation.derivatives, 'acme/1.png__op__format,f_src', 'x');
    expect(await uploadAll()).toMatchObject({ uploaded: 12, replaced: 1, purged: 1 });
  });

  it('uploads no file that became another one after it was checked', async () => {
    const done = await uploadAll((step) => {
      if (step === 'checked') writeFile(path.join(folder, '11.png'), 'text').catch(() => undefined);
    });
    expect(done.refused.length + (done.failure === undefined ? 0 : 1)).toBe(1);
    expect(installation.sources.objects.has('acme/11.png')).toBe(false);
  });
});

it('a list of many sources has each once, in order', async () => {
  const names = Array.from({ length: 10_000 }, (_, at) => `${String(at).padStart(5, '0')}.png`);
  for (const name of names) keep(installation.sources, `acme/${name}`, 'x', { focus: '1,2' });
  const listed: string[] = [];
  const prefix = { tenant: 'acme', prefix: '' };
  const sum = await listSources(installation.open, prefix, async (one) => {
    listed.push(one.path);
  });
  expect(listed).toEqual(names);
  expect(sum).toEqual({ count: 10_000, bytes: 10_000, doubts: [] });
});
