import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockScope, unblockScope } from '../../../operator/policies/block.ts';
import { diffPolicies } from '../../../operator/policies/diff.ts';
import { auditTenant, readHistory } from '../../../operator/policies/history.ts';
import { publishPolicies } from '../../../operator/policies/publish.ts';
import { rollbackPolicy } from '../../../operator/policies/rollback.ts';
import { validatePolicies } from '../../../operator/policies/validate.ts';
import { readTenantPolicy } from '../../../operator/tenants/tenants.ts';
import { auditKey, policyKey } from '../../../shared/versions/bucket.ts';
import { signRecord } from '../../../shared/versions/record.ts';
import { publisher } from '../../shared/keys/publisher.ts';
import { keep } from '../../shared/objects/memory-store.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

let installation: ReturnType<typeof createMemoryInstallation>;
let folder: string;

beforeEach(async () => {
  installation = createMemoryInstallation();
  folder = await mkdtemp(path.join(tmpdir(), 'signet-policies-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(name: string, document: object): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, JSON.stringify(document));
  return file;
}

const acme = { tenant: 'acme', operations: { resize: { w: [16] } } };
const wider = { tenant: 'acme', operations: { resize: { w: [16, 32] } } };

describe('policies in files', () => {
  it('are validated, and a second policy of a tenant is an issue', async () => {
    const first = await write('a.json', acme);
    const second = await write('b.json', wider);
    const { valid, files } = await validatePolicies([folder]);
    expect(valid).toBe(false);
    expect(files.map(({ file, issues }) => [file, issues.length])).toEqual([
      [first, 0],
      [second, 1],
    ]);
  });

  it('that cannot be parsed are an issue without the file name', async () => {
    const file = path.join(folder, 'list.json');
    await writeFile(file, '[]');
    const { files } = await validatePolicies([file]);
    expect(files[0]?.issues).toEqual([{ path: '', message: 'is not a JSON object' }]);
  });

  it('are compared, published, listed and audited', async () => {
    const { open } = installation;
    const file = await write('acme.json', acme);
    expect(await diffPolicies(open, [file])).toMatchObject([{ tenant: 'acme', new: true }]);
    const { publications, warnings } = await publishPolicies(open, [file], { reason: 'first' });
    expect(publications).toMatchObject([{ tenant: 'acme', version: 1, created: true }]);
    expect(warnings.map((one) => one.file)).toEqual(warnings.map(() => file));
    expect(await readHistory(open, 'acme')).toMatchObject([{ version: 1, reason: 'first' }]);
    expect(await auditTenant(open, 'acme')).toEqual({
      ...{
        tenant: 'acme',
        verified: true,
        versions: 1,
        faults: [],
        authors: [{ by: 'ann', versions: 1 }],
      },
    });
  });

  it('with an expected version must be one policy', async () => {
    await write('a.json', acme);
    await write('b.json', { ...acme, tenant: 'shop' });
    const published = publishPolicies(installation.open, [folder], { expected: 0 });
    await expect(published).rejects.toMatchObject({ code: 'usage' });
  });
});

describe('a live policy that this release refuses', () => {
  const old = {
    ...acme,
    keys: { active: 'r1.1', accept: ['r1.1'] },
    presets: { 'a--b': 'resize,w_16' },
  };

  /** Publishes a version without validating it, as an earlier release may have done. */
  async function publishOld(policy: object): Promise<void> {
    const text = await signRecord(publisher, {
      ...{ version: 1, at: '2029-01-01T00:00:00.000Z', by: 'ann', reason: null },
      ...{ previous: null, retired: [], policy: { ...policy } },
    });
    for (const key of [auditKey('acme', 1), policyKey('acme')])
      keep(installation.config, key, text);
  }

  it('is compared as far as it can be, and replaced by a valid one', async () => {
    await publishOld(old);
    const file = await write('acme.json', wider);
    const [difference] = await diffPolicies(installation.open, [file]);
    const texts = difference?.changes.map(({ text }) => text) ?? [];
    expect(texts[0]).toContain('replaces what this release refuses: presets.a--b ');
    expect(texts.slice(1)).toEqual(['adds resize w 32']);
    const { publications } = await publishPolicies(installation.open, [file], {});
    expect(publications).toMatchObject([{ version: 2, keys: old.keys, created: false }]);
    expect(publications[0]?.changes).toEqual(difference?.changes);
    expect(await readTenantPolicy(installation.open, 'acme')).toMatchObject({ presets: {} });
  });

  it('keeps its takedowns only if they are valid', async () => {
    await publishOld({ ...old, blocked: ['../x'] });
    const publishing = publishPolicies(installation.open, [await write('a.json', wider)], {});
    await expect(publishing).rejects.toThrow(/blocked/);
  });

  it('is named with its version and the reason where it is needed', async () => {
    await publishOld(old);
    await expect(readTenantPolicy(installation.open, 'acme')).rejects.toThrow(
      /^the policy of acme is refused by this release \(version 1: presets\.a--b .*\); publish a valid one$/,
    );
  });
});

describe('a rollback', () => {
  it('publishes the content before the live version, and keeps what is blocked', async () => {
    const { open } = installation;
    await installation.publish('acme');
    await publishPolicies(open, [await write('wider.json', wider)], {});
    await blockScope(open, { tenant: 'acme', scope: 'a.jpg', reason: 'r' });
    const request = { tenant: 'acme', version: 1, reason: 'back' };
    expect(await rollbackPolicy(open, request)).toMatchObject({
      ...{ tenant: 'acme', version: 4, restored: 1, unchanged: false },
    });
    const unblocked = await unblockScope(open, { tenant: 'acme', scope: 'a.jpg', reason: 'r' });
    expect(unblocked).toEqual({ tenant: 'acme', scope: 'a.jpg', version: 5, blockedBy: null });
  });

  it('needs an earlier version', async () => {
    await installation.publish('acme');
    const request = { tenant: 'acme', version: undefined, reason: 'back' };
    await expect(rollbackPolicy(installation.open, request)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('a blocked scope', () => {
  it('is blocked once, and names the scope that still blocks it', async () => {
    const { open } = installation;
    await installation.publish('acme');
    const one = { tenant: 'acme', scope: 'a/b.jpg', reason: 'r' };
    expect(await blockScope(open, one)).toMatchObject({
      tenant: 'acme',
      scope: 'a/b.jpg',
      version: 2,
    });
    await expect(blockScope(open, one)).rejects.toMatchObject({ code: 'conflict' });
    await blockScope(open, { ...one, scope: 'a/*' });
    expect(await unblockScope(open, one)).toMatchObject({ version: 4, blockedBy: 'a/*' });
    await expect(unblockScope(open, one)).rejects.toThrow('is blocked by a/*; unblock that');
  });

  it('must be a scope, which is checked before the installation is opened', async () => {
    const open = () => Promise.reject(new Error('opened'));
    const request = { tenant: 'acme', scope: '../x', reason: 'r' };
    await expect(blockScope(open, request)).rejects.toMatchObject({ code: 'malformed' });
  });

  it('that images of other sources show is finished by a repeat after a failed invalidation', async () => {
    await installation.publish('acme', { fallback: 'none.png' });
    const one = { tenant: 'acme', scope: 'none.png', reason: 'r' };
    const away = async () => ({
      ...(await installation.open()),
      invalidate: () => Promise.reject(new Error('away')),
    });
    await expect(blockScope(away, one)).rejects.toThrow('away');
    for (const _time of [1, 2])
      expect(await blockScope(installation.open, one)).toMatchObject({
        ...{ tenant: 'acme', scope: 'none.png', version: 2 },
      });
    expect(installation.invalidated).toEqual(['t-acme', 't-acme']);
  });

  it.each([
    ['its source', 'a.jpg', []],
    ['the fallback', 'none.png', ['t-acme']],
    ['a folder with the fallback', '*', ['t-acme']],
    ['a watermark', '_watermarks/mark.png', ['t-acme']],
    ['all watermarks', '_watermarks/*', ['t-acme']],
  ])('invalidates what can show it elsewhere: %s', async (_what, scope, tags) => {
    await installation.publish('acme', { fallback: 'none.png' });
    await blockScope(installation.open, { tenant: 'acme', scope, reason: 'r' });
    expect(installation.invalidated).toEqual(tags);
  });
});
