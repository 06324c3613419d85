import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OpenInstallation } from '../../../operator/target/target.ts';
import { listTenants } from '../../../operator/tenants/tenant-list.ts';
import { createTenant, readTenantPolicy, removeTenant } from '../../../operator/tenants/tenants.ts';
import { keep } from '../../shared/objects/memory-store.ts';
import { confirm, createMemoryInstallation, decline } from '../memory-installation.ts';

const namesOf = async (open: OpenInstallation): Promise<readonly string[]> =>
  (await listTenants(open)).map(({ tenant }) => tenant);

describe('a tenant', () => {
  it('is created with the starter policy, listed and read', async () => {
    const { open } = createMemoryInstallation();
    expect(await createTenant(open, 'acme')).toEqual({
      tenant: 'acme',
      kid: 'r1.1',
      warnings: [],
    });
    expect(await namesOf(open)).toEqual(['acme']);
    expect((await readTenantPolicy(open, 'acme')).tenant).toBe('acme');
  });

  it('is created with a warning if its policy allows very many images', async () => {
    const { open } = createMemoryInstallation();
    const folder = await mkdtemp(path.join(tmpdir(), 'signet-tenants-'));
    const file = path.join(folder, 'wide.json');
    const any = { min: 1, max: 8_000 };
    await writeFile(file, JSON.stringify({ operations: { resize: [{ w: any, h: any }] } }));
    const { warnings } = await createTenant(open, 'acme', file);
    expect(warnings).toEqual([expect.objectContaining({ path: 'operations.resize' })]);
    await rm(folder, { recursive: true });
  });

  it('is created once', async () => {
    const { open } = createMemoryInstallation();
    await createTenant(open, 'acme');
    await expect(createTenant(open, 'acme')).rejects.toThrow('tenant acme exists already');
  });

  it('with an invalid name is refused before the installation is opened', async () => {
    const open = () => Promise.reject(new Error('opened'));
    await expect(createTenant(open, 'A')).rejects.toMatchObject({ code: 'usage', kind: 'usage' });
    await expect(removeTenant(open, { name: 'A', reason: undefined }, confirm)).rejects.toThrow(
      '"A" is not a tenant name',
    );
  });

  it('is removed with its derivatives, only after confirmation', async () => {
    const { open, derivatives } = createMemoryInstallation();
    await createTenant(open, 'acme');
    keep(derivatives, 'acme/a.jpg__op__resize,w_16__op__format,f_src', 'x');
    const request = { name: 'acme', reason: 'left' };
    await expect(removeTenant(open, request, decline)).rejects.toThrow('declined');
    expect(await namesOf(open)).toEqual(['acme']);
    expect(await removeTenant(open, request, confirm)).toEqual({ tenant: 'acme', derivatives: 1 });
    expect([await namesOf(open), derivatives.objects.size]).toEqual([[], 0]);
  });

  it('is purged by the queue even if the command stops in the middle', async () => {
    const { open, config, derivatives } = createMemoryInstallation();
    await createTenant(open, 'acme');
    const asked: string[] = [];
    const watched = async () => {
      const installation = await open();
      const put: typeof installation.config.put = (key, ...rest) => {
        asked.push(key);
        return installation.config.put(key, ...rest);
      };
      const list = () => {
        throw new Error('S3 is away');
      };
      const stores = { ...installation.derivatives, list };
      return { ...installation, config: { ...installation.config, put }, derivatives: stores };
    };
    const request = { name: 'acme', reason: 'left' };
    await expect(removeTenant(watched, request, confirm)).rejects.toThrow('S3 is away');
    expect(asked[0]).toBe('purges/acme');
    expect([...config.objects.keys()].filter((key) => key.startsWith('purges/'))).toEqual([]);
    expect(derivatives.objects.size).toBe(0);
  });

  it('that does not exist is not found, and nothing is confirmed', async () => {
    const { open } = createMemoryInstallation();
    const request = { name: 'nobody', reason: undefined };
    await expect(removeTenant(open, request, decline)).rejects.toMatchObject({ code: 'not_found' });
    await expect(readTenantPolicy(open, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  });
});
