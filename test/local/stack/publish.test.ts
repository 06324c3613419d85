import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localRoles } from '../../../local/roles.ts';
import { type Stack, startStack } from '../../../local/stack.ts';
import { secretsClient, secretsManager } from '../../../shared/adapters/secrets-manager.ts';
import { localAccess } from '../../../shared/deployment/local-endpoints.ts';
import { secretIds } from '../../../shared/keys/store.ts';
import { requestSecondPurge } from '../../../shared/objects/purge.ts';
import { picture, policy, type StackClient, stackClient } from './stack-client.ts';

let home: string;
let stack: Stack;
let client: StackClient;
const asked: string[] = [];

/** The roles of a stack. What viewer-request asks of S3 is recorded. */
function recordedRoles() {
  const roles = localRoles();
  const { viewerRequest } = roles;
  const allows: typeof viewerRequest.allows = (action, resource, onlyAbsent) => {
    asked.push(`${action} ${resource}`);
    return viewerRequest.allows(action, resource, onlyAbsent);
  };
  return { ...roles, viewerRequest: { ...viewerRequest, allows } };
}

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'signet-publish-'));
  const settings = { home, port: 0, host: '127.0.0.1' };
  stack = await startStack(settings, () => undefined, recordedRoles());
  client = await stackClient(stack);
  await client.put('a.png', await picture('red'));
});
afterAll(async () => {
  await stack?.close();
  await rm(home, { recursive: true, force: true });
});
beforeEach(() => client.publish(policy));

const view = async (url: string): Promise<number> => (await client.get(url)).status;

describe('a published policy', () => {
  it('counts from the next view on, on hits too', async () => {
    const url = client.path({ operations: ['resize,w_40'] });
    expect([await view(url), await view(url)]).toEqual([200, 200]);
    await client.publish({ ...policy, operations: { resize: [{ w: [41] }] } });
    expect([await view(url), await view(client.path({ operations: ['resize,w_41'] }))]).toEqual([
      403, 200,
    ]);
    await client.publish(policy);
    expect(await view(url)).toBe(200);
  });

  it('counts for a tenant that was unknown a moment before', async () => {
    const url = client.path({ tenant: 'late' });
    expect(await view(url)).toBe(403);
    await client.publish({ ...policy, tenant: 'late' });
    expect(await view(url)).toBe(404);
  });

  it('is kept as long as deployed, so later views read nothing', async () => {
    const url = client.path({ operations: ['resize,w_42'] });
    // Both containers of the function may have to read it.
    await Promise.all(Array.from({ length: 8 }, () => view(url)));
    await Promise.all(Array.from({ length: 8 }, () => view(url)));
    asked.splice(0);
    for (let at = 0; at < 10; at += 1) expect(await view(url)).toBe(200);
    expect(asked).toEqual([]);
  });

  it.each([
    [
      'a purge request',
      () => requestSecondPurge(client.stores.config, [{ tenant: 'acme', path: 'other.png' }]),
    ],
    [
      'an object that somebody puts in its place',
      () =>
        client.stores.config.put('policies/acme.jws', Buffer.from('{}'), { contentType: 'a/b' }),
    ],
  ])('is not read again because of %s, which publishes nothing', async (_what, change) => {
    const url = client.path({ operations: ['resize,w_43'] });
    expect(await view(url)).toBe(200);
    asked.splice(0);
    await change();
    expect(await view(url)).toBe(200);
    expect(asked).toEqual([]);
  });
});

describe('a key of the secret', () => {
  it('counts from the next view on, when it is added and when it is deleted', async () => {
    const access = localAccess(stack, 'secretsManager');
    const patience = { connectionTimeout: 2_000, requestTimeout: 10_000, maxAttempts: 1 };
    const secrets = secretsManager(secretsClient(access, patience));
    const before = (await secrets.read(secretIds.roots)) ?? '';
    const url = client.path({ operations: ['resize,w_44'] });
    expect(await view(url)).toBe(200);
    const k = Buffer.alloc(32, 7).toString('base64url');
    const other = JSON.parse(before);
    await secrets.write(
      secretIds.roots,
      JSON.stringify({ ...other, keys: [{ ...other.keys[0], k }, ...other.keys.slice(1)] }),
    );
    expect(await view(url)).toBe(403);
    await secrets.write(secretIds.roots, before);
    expect(await view(url)).toBe(200);
  });
});
