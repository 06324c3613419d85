import { describe, expect, it } from 'vitest';
import { type EnginePurgeControl, purgeEngine } from '../../../operator/purge/purge-engine.ts';
import { derivativeHeaders } from '../../../shared/objects/derivatives.ts';
import { engineVersion } from '../../../shared/operations/engine.ts';
import { parseKey } from '../../../shared/recipe/storage-key.ts';
import { keep } from '../../shared/objects/memory-store.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

const build = 'signet 0.1.0 sharp 0.35.5 vips 8.18.0';
const older = { engine: build };
const newer = { engine: `${engineVersion} ${build}` };
const keyOf = (tenant: string, at: number): string => `${tenant}/${at}.jpg__op__format,f_src`;

type Installation = ReturnType<typeof createMemoryInstallation>;

/** A tenant with derivatives: `old` by an older engine, then `young` by this one. */
async function fill(installation: Installation, tenant: string, old: number, young: number) {
  await installation.publish(tenant);
  for (let at = 0; at < old + young; at += 1)
    keep(installation.derivatives, keyOf(tenant, at), 'x', at < old ? older : newer);
}

const quiet = { advance: () => undefined, end: () => undefined };
const control: EnginePurgeControl = {
  startProgress: () => quiet,
  runInterruptibly: (work) => work(new AbortController().signal),
  wait: async () => undefined,
};
const request = { tenant: undefined, before: engineVersion, rate: 1_000, dryRun: false } as const;
const leftOf = ({ derivatives }: Installation): number => derivatives.objects.size;

describe('a purge of older engines', () => {
  it('deletes what an older engine made and invalidates the caches of those tenants', async () => {
    const installation = createMemoryInstallation();
    await fill(installation, 'acme', 30, 20);
    await fill(installation, 'beta', 0, 5);
    expect(await purgeEngine(installation.open, request, control)).toEqual({
      before: engineVersion,
      tenants: 2,
      dryRun: false,
      examined: 55,
      older: 30,
      deleted: 30,
      complete: true,
    });
    expect(leftOf(installation)).toBe(25);
    expect(installation.invalidated).toEqual(['t-acme']);
  });

  it('of one tenant leaves the others, and their derivatives are not even looked at', async () => {
    const installation = createMemoryInstallation();
    await fill(installation, 'acme', 3, 0);
    await fill(installation, 'acme-2', 3, 0);
    const { examined, deleted } = await purgeEngine(
      installation.open,
      { ...request, tenant: 'acme' },
      control,
    );
    expect({ examined, deleted, left: leftOf(installation) }).toEqual({
      ...{ examined: 3, deleted: 3, left: 3 },
    });
  });

  it('of one tenant invalidates its caches again, since a run may have ended before it could', async () => {
    const installation = createMemoryInstallation();
    await fill(installation, 'acme', 2, 1);
    const once = () => purgeEngine(installation.open, { ...request, tenant: 'acme' }, control);
    expect([(await once()).deleted, (await once()).deleted]).toEqual([2, 0]);
    expect(installation.invalidated).toEqual(['t-acme', 't-acme']);
  });

  it('changes nothing in a dry run', async () => {
    const installation = createMemoryInstallation();
    await fill(installation, 'acme', 4, 2);
    const counted = await purgeEngine(installation.open, { ...request, dryRun: true }, control);
    expect(counted).toMatchObject({ examined: 6, older: 4, deleted: 0, complete: true });
    expect(leftOf(installation)).toBe(6);
    expect(installation.invalidated).toEqual([]);
  });

  it('asks with the counts, and deletes nothing after a no', async () => {
    const installation = createMemoryInstallation();
    await fill(installation, 'acme', 4, 2);
    const asked: unknown[] = [];
    const decline = async (found: object): Promise<void> => {
      asked.push({ ...found });
      throw new Error('declined');
    };
    const purging = purgeEngine(installation.open, request, { ...control, confirm: decline });
    await expect(purging).rejects.toThrow('declined');
    expect(asked).toEqual([{ examined: 6, older: 4, deleted: 0 }]);
    expect(leftOf(installation)).toBe(6);
  });

  it('does not ask if there is nothing to delete', async () => {
    const installation = createMemoryInstallation();
    await fill(installation, 'acme', 0, 2);
    const confirm = () => Promise.reject(new Error('asked'));
    const purged = await purgeEngine(installation.open, request, { ...control, confirm });
    expect(purged).toMatchObject({ older: 0, complete: true });
  });

  it('never deletes more in a second than it may, and looks at 1,000 at most', async () => {
    const installation = createMemoryInstallation();
    await fill(installation, 'acme', 900, 2_600);
    const start = installation.clock();
    let now = start;
    const open = async () => ({ ...(await installation.open()), clock: () => now });
    const wait = async (milliseconds: number): Promise<void> => {
      now = Math.max(now, now + milliseconds);
    };
    await purgeEngine(open, { ...request, rate: 100 }, { ...control, wait });
    const removals = installation.derivatives.calls.filter((call) => call.startsWith('remove'));
    expect(removals).toEqual(Array.from({ length: 9 }, () => 'remove 100'));
    // The first batch goes at once.
    expect(now - start).toBeGreaterThanOrEqual(8_000);
  });

  it('stops, invalidates what it has deleted, and continues later', async () => {
    const installation = createMemoryInstallation();
    await fill(installation, 'acme', 300, 0);
    const stop = new AbortController();
    let paces = 0;
    const stopping: EnginePurgeControl = {
      ...control,
      runInterruptibly: (work) => work(stop.signal),
      startProgress: () => ({
        ...quiet,
        advance: () => {
          paces += 1;
          if (paces === 150) stop.abort();
        },
      }),
    };
    const first = await purgeEngine(installation.open, { ...request, rate: 50 }, stopping);
    expect(first).toMatchObject({ complete: false, deleted: 300 - leftOf(installation) });
    expect(first.deleted).toBeGreaterThan(0);
    expect(leftOf(installation)).toBeGreaterThan(0);
    expect(installation.invalidated).toEqual(['t-acme']);
    const second = await purgeEngine(installation.open, request, control);
    expect(second).toMatchObject({ complete: true, deleted: 300 - first.deleted });
    expect(leftOf(installation)).toBe(0);
  });

  it('counts no derivative that somebody else deletes at the same time', async () => {
    const installation = createMemoryInstallation();
    await fill(installation, 'acme', 2, 0);
    const { derivatives } = installation;
    const describe = async () => 'missing' as const;
    const open = async () => ({
      ...(await installation.open()),
      derivatives: { ...derivatives, describe },
    });
    expect(await purgeEngine(open, request, control)).toMatchObject({ examined: 2, older: 0 });
  });

  it('invalidates what was deleted before S3 went away, and fails', async () => {
    const installation = createMemoryInstallation();
    await fill(installation, 'acme', 120, 0);
    const { derivatives } = installation;
    const remove = async (keys: readonly string[]): Promise<void> => {
      await derivatives.remove(keys);
      derivatives.away = true;
    };
    const open = async () => ({
      ...(await installation.open()),
      derivatives: { ...derivatives, remove },
    });
    const purging = purgeEngine(open, { ...request, rate: 50 }, control);
    await expect(purging).rejects.toThrow('away');
    expect(installation.invalidated).toEqual(['t-acme']);
  });

  it.each([
    [{ ...request, before: engineVersion + 1 }, 'usage', /this release makes images with engine/],
    [{ ...request, tenant: 'Acme' }, 'usage', /not a tenant name/],
    [{ ...request, tenant: 'nobody' }, 'not_found', /there is no tenant nobody/],
  ])('refuses %j', async (refused, code, message) => {
    const { open } = createMemoryInstallation();
    const failure = { code, message: expect.stringMatching(message) };
    await expect(purgeEngine(open, refused, control)).rejects.toMatchObject(failure);
  });
});

it('what this release stores is not older than this release', () => {
  const { crypto } = createMemoryInstallation();
  const made = { type: 'webp', sourceEtag: '"a"', engine: build } as const;
  const derivative = parseKey('/acme/a.jpg__op__format,f_webp');
  const { metadata } = derivativeHeaders(crypto, derivative, made, {
    ...{ maxAge: 60, sharedMaxAge: 30 },
  });
  expect(metadata['engine']).toBe(newer.engine);
});
