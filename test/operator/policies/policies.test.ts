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
      ...{ tenant: 'acme', verified: true, versions: 1, faults: [] },
    });
  });

  it('with an expected version must be one policy', async () => {
    await write('a.json', acme);
    await write('b.json', { ...acme, tenant: 'shop' });
    const published = publishPolicies(installation.open, [folder], { expected: 0 });
    await expect(published).rejects.toMatchObject({ code: 'usage' });
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
    expect(await blockScope(open, one)).toEqual({ tenant: 'acme', scope: 'a/b.jpg', version: 2 });
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
