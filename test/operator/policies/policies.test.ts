import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blockScope, unblockScope } from '../../../operator/policies/block.ts';
import { diffPolicies } from '../../../operator/policies/diff.ts';
import { auditTenants, readHistory } from '../../../operator/policies/history.ts';
import { publishPolicies } from '../../../operator/policies/publish.ts';
import { rollbackPolicies } from '../../../operator/policies/rollback.ts';
import { validatePolicies } from '../../../operator/policies/validate.ts';
import { type FleetControl, quietly, resultsOf } from '../../../operator/tenants/outcomes.ts';
import { readTenantPolicy } from '../../../operator/tenants/tenants.ts';
import { fieldsUsed } from '../../../shared/policy/fields.ts';
import { auditKey, policyKey } from '../../../shared/versions/bucket.ts';
import { signRecord } from '../../../shared/versions/record.ts';
import { publisher } from '../../shared/keys/publisher.ts';
import { keep } from '../../shared/objects/memory-store.ts';
import { createMemoryInstallation, decline } from '../memory-installation.ts';

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

const one = (tenant: string) => ({ operands: [tenant], all: false });
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

  it('are not blamed for what is wrong in their base, which is named once', async () => {
    const base = await write('base.json', { operations: { blurr: {} }, snap: 1 });
    const more = { operations: { resize: { w: [0] } } };
    const own = await write('a.json', { extends: 'base.json', tenant: 'a', ...more });
    const other = await write('b.json', { extends: 'base.json', tenant: 'b' });
    const { valid, files } = await validatePolicies([folder]);
    expect(valid).toBe(false);
    expect(
      files.map(({ issues, ...one }) => ({ ...one, issues: issues.map(({ path: at }) => at) })),
    ).toEqual([
      { file: base, warnings: [], extendedBy: [own, other], issues: ['operations.blurr', 'snap'] },
      { file: own, warnings: [], invalidBases: [base], issues: ['operations.resize.w.0'] },
      { file: other, warnings: [], invalidBases: [base], issues: [] },
    ]);
  });

  it('are not blamed for a base that is not JSON', async () => {
    const base = path.join(folder, 'base.json');
    await writeFile(base, '{');
    const files = await Promise.all(
      ['a', 'b'].map((tenant) => write(`${tenant}.json`, { extends: 'base.json', tenant })),
    );
    const validated = (await validatePolicies([folder])).files;
    expect(validated.filter(({ issues }) => issues.length > 0)).toEqual([
      {
        ...{ file: base, warnings: [], extendedBy: files },
        issues: [{ path: '', message: expect.stringMatching(/^is not JSON: /) }],
      },
    ]);
    expect(validated.filter(({ invalidBases }) => invalidBases?.[0] === base)).toHaveLength(2);
  });

  it('are compared, published, listed and audited', async () => {
    const { open } = installation;
    const file = await write('acme.json', acme);
    expect(resultsOf((await diffPolicies(open, [file])).outcomes)).toMatchObject([
      { tenant: 'acme', new: true },
    ]);
    const { outcomes, warnings } = await publishPolicies(open, [file], { reason: 'first' });
    expect(resultsOf(outcomes)).toMatchObject([{ tenant: 'acme', version: 1, created: true }]);
    expect(warnings.map((one) => one.file)).toEqual(warnings.map(() => file));
    expect(await readHistory(open, 'acme')).toMatchObject([{ version: 1, reason: 'first' }]);
    expect(resultsOf(await auditTenants(open, one('acme')))).toEqual([
      {
        ...{ tenant: 'acme', verified: true, versions: 1, faults: [] },
        authors: [{ by: 'ann', versions: 1 }],
      },
    ]);
  });

  it('ask the deployment once, however many they are', async () => {
    for (const tenant of ['a', 'b', 'c']) await write(`${tenant}.json`, { ...acme, tenant });
    let asked = 0;
    const knownFields = async () => {
      asked += 1;
      return fieldsUsed({ ...acme, keys: { active: 'r1.1', accept: ['r1.1'] } });
    };
    const open = async () => ({ ...(await installation.open()), knownFields });
    expect(resultsOf((await publishPolicies(open, [folder], {})).outcomes)).toHaveLength(3);
    expect(asked).toBe(1);
  });

  it('are refused together, with one line for tenants of the same fault', async () => {
    for (const tenant of ['a', 'b', 'c']) await write(`${tenant}.json`, { ...acme, tenant });
    const knownFields = async () => ['tenant', 'keys', 'operations'];
    const open = async () => ({ ...(await installation.open()), knownFields });
    await expect(publishPolicies(open, [folder], {})).rejects.toThrow(
      /^nothing was changed, because 3 of 3 tenants cannot be:\n {2}a, b, c: keys\.active is /,
    );
  });

  describe('of which one has a damaged trail', () => {
    const publish = (control: Partial<FleetControl>) =>
      publishPolicies(installation.open, [folder], {}, { ...quietly, ...control });
    const versions = async (tenant: string) =>
      (await readHistory(installation.open, tenant).catch(() => [])).length;

    beforeEach(async () => {
      for (const tenant of ['a', 'b', 'c']) await write(`${tenant}.json`, { ...acme, tenant });
      const { config } = await installation.open();
      keep(config, auditKey('b', 1), 'x');
    });

    it('are all refused, and the message says how to change the others', async () => {
      await expect(publish({})).rejects.toThrow(
        /1 of 3 tenants cannot be:\n {2}b: audit\/b\/1\.jws .*\nadd --skip to change the other tenants$/,
      );
      expect(await versions('a')).toBe(0);
    });

    it('are published without it if it is to be skipped', async () => {
      const { outcomes } = await publish({ skipsRefused: true });
      expect(outcomes.map(({ tenant, state }) => [tenant, state])).toEqual([
        ['a', 'done'],
        ['b', 'failed'],
        ['c', 'done'],
      ]);
      expect(await versions('c')).toBe(1);
    });

    it('are all refused, too, if none can be published', async () => {
      const { config } = await installation.open();
      for (const tenant of ['a', 'c']) keep(config, auditKey(tenant, 1), 'x');
      await expect(publish({ skipsRefused: true })).rejects.toThrow(
        /3 of 3 tenants cannot be:\n {2}a, b, c: audit\/TENANT\/1\.jws .*TENANT says how to repair it$/,
      );
    });

    it('stay as they are if the check is stopped', async () => {
      const stopped = new AbortController();
      stopped.abort();
      const { outcomes } = await publish({ signal: stopped.signal });
      expect(outcomes.map(({ state }) => state)).toEqual(['left', 'left', 'left']);
      expect(await versions('a')).toBe(0);
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
    const [difference] = resultsOf((await diffPolicies(installation.open, [file])).outcomes);
    const texts = difference?.changes.map(({ text }) => text) ?? [];
    expect(texts[0]).toContain('replaces what this release refuses: presets.a--b ');
    expect(texts.slice(1)).toEqual(['adds resize w 32']);
    const { outcomes } = await publishPolicies(installation.open, [file], {});
    expect(resultsOf(outcomes)).toMatchObject([{ version: 2, keys: old.keys, created: false }]);
    expect(resultsOf(outcomes)[0]?.changes).toEqual(difference?.changes);
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
    const request = { tenants: one('acme'), version: 1, reason: 'back' };
    expect(resultsOf(await rollbackPolicies(open, request, decline))).toMatchObject([
      { tenant: 'acme', version: 4, restored: 1, unchanged: false },
    ]);
    const unblocked = await unblockScope(open, { tenant: 'acme', scope: 'a.jpg', reason: 'r' });
    expect(unblocked).toEqual({ tenant: 'acme', scope: 'a.jpg', version: 5, blockedBy: null });
  });

  it('needs an earlier version', async () => {
    await installation.publish('acme');
    const request = { tenants: one('acme'), version: undefined, reason: 'back' };
    await expect(rollbackPolicies(installation.open, request, decline)).rejects.toMatchObject({
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
    expect(await blockScope(open, one)).toMatchObject({ version: 2, already: true });
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
