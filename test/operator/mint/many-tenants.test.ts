import { beforeAll, describe, expect, it } from 'vitest';
import { type GateDeps, gate } from '../../../edge/gate.ts';
import { policyOf } from '../../../operator/keys/signer.ts';
import { mintTenantGrant } from '../../../operator/mint/mint-tenant-grant.ts';
import { mintUrl } from '../../../operator/mint/mint-url.ts';
import type { Policy } from '../../../shared/policy/policy.ts';
import { asRefusal } from '../../../shared/refusal.ts';
import { publishPolicy } from '../../../shared/versions/publishing.ts';
import { manySources, manyTenants } from '../../shared/policy/many-sources.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

/*
 * 50 tenants, each with sources in one of the 50 entries, whose names and prefixes begin like each other. What is
 * minted for one goes through viewer-request as it is, and moved to every other tenant.
 */

const now = 1_893_456_000;
const recipe = '__op__resize,w_16';
const { open, ...publishing } = createMemoryInstallation();
let deps: GateDeps;

/** An entry that lists the tenant. Every fifth tenant has one that no other tenant has, if there is one. */
function entryOf(tenant: string, at: number): string {
  const own = Object.keys(manySources).filter((name) =>
    manySources[name]?.tenants.includes(tenant),
  );
  return (at % 5 === 0 ? own.at(-1) : own[at % 10]) ?? '';
}

beforeAll(async () => {
  const operations = { resize: { w: [16] }, format: { f: ['src'] } };
  const policies = new Map<string, Policy>();
  for (const [at, tenant] of manyTenants.entries()) {
    const source = { from: entryOf(tenant, at), prefix: ['a/', 'ab/', 'a.b/', 'A/'][at % 4] };
    const document = { tenant, operations, source, urls: { grants: true } };
    await publishPolicy({ ...publishing, sourceEntries: async () => manySources }, document, {
      root: 'r1',
      purge: true,
    });
    policies.set(tenant, await policyOf(await open(), tenant));
  }
  const ring = await publishing.keyring();
  deps = {
    crypto: publishing.crypto,
    now: () => now,
    keys: { read: async () => ring },
    policies: { of: async (tenant) => policies.get(tenant) },
    hosts: Object.fromEntries(manyTenants.map((tenant) => [`${tenant}.img.test`, tenant])),
  };
});

/** The key of the derivative that a viewer is shown, or the code of the refusal. */
async function view(host: string, uri: string, querystring: string): Promise<string> {
  const request = { method: 'GET', host, uri, querystring, accept: undefined, cookie: undefined };
  return gate(request, deps).then(
    ({ key }) => key,
    (thrown: unknown) => asRefusal(thrown).code,
  );
}

const keyOf = (tenant: string): string => `${tenant}/cat.jpg${recipe}__op__format,f_src`;

/** What every tenant's viewers are shown for a credential, on the host of all tenants and on their own. */
const viewsOf = (credential: string) =>
  Promise.all(
    manyTenants.flatMap((tenant) => [
      view('img.test', `/${tenant}/cat.jpg${recipe}`, credential),
      view(`${tenant}.img.test`, `/cat.jpg${recipe}`, credential),
    ]),
  );

const onlyOf = (owner: string): readonly string[] =>
  manyTenants.flatMap((tenant) => {
    const answer = tenant === owner ? keyOf(owner) : 'forbidden';
    return [answer, answer];
  });

/** The credential of a URL of one tenant, which the command has checked against its policy. */
async function mintedUrl(tenant: string): Promise<string> {
  const request = { tenant, path: 'cat.jpg', operations: ['resize,w_16'], lifetime: 3_600 };
  const { url } = await mintUrl(open, { ...request, check: true, target: 'x' }, now);
  expect(url).toContain(`/${tenant}/cat.jpg${recipe}?`);
  return url.split('?')[1] ?? '';
}

async function mintedGrant(tenant: string): Promise<string> {
  const request = { tenant, scope: ['*'], lifetime: 3_600, check: true, target: 'x' };
  return `grant=${(await mintTenantGrant(open, request, now)).minted.grant}`;
}

describe('50 tenants and 50 entries', () => {
  it('use many of the entries', async () => {
    const used = manyTenants.map(entryOf);
    expect([used.length, new Set(used).size > 15]).toEqual([50, true]);
    expect(used.filter((name) => manySources[name]?.tenants.length === 1).length).toBeGreaterThan(
      5,
    );
  });

  it.each([
    ['URLs', mintedUrl],
    ['grants', mintedGrant],
  ])('are minted %s that show nothing of another tenant', async (_what, minted) => {
    for (const owner of manyTenants)
      expect(await viewsOf(await minted(owner))).toEqual(onlyOf(owner));
  });

  it('cannot be reached from each other by dots, slashes, escapes or case', async () => {
    const owner = 'a';
    const credentials = [await mintedUrl(owner), await mintedGrant(owner)];
    const shown: string[] = [];
    for (const other of manyTenants.filter((tenant) => tenant !== owner))
      for (const credential of credentials)
        for (const path of [
          ...[`${owner}/../${other}`, `${owner}/%2e%2e/${other}`, `./${other}`, `/${other}`],
          ...[`${owner}%2f..%2f${other}`, `${owner}\\..\\${other}`, `${owner}/.%2e/${other}`],
          ...[other.toUpperCase(), `${other}.`, `${other}%00`, `${owner}/`],
        ])
          shown.push(await view('img.test', `/${path}/cat.jpg${recipe}`, credential));
    expect(new Set(shown)).toEqual(new Set(['malformed']));
  });

  it('have hosts that know one tenant each, whatever the case of the host is', async () => {
    const credential = await mintedUrl('ab');
    const hosts = ['AB.IMG.TEST', 'ab.img.test', 'a.img.test', 'abc.img.test'];
    const shown = hosts.map((host) => view(host, `/cat.jpg${recipe}`, credential));
    const [upper, own, shorter, longer] = await Promise.all(shown);
    expect([own, shorter, longer]).toEqual([keyOf('ab'), 'forbidden', 'forbidden']);
    expect(upper).toBe(own);
    // A path that begins with another tenant is a folder there.
    expect(await view('ab.img.test', `/a/cat.jpg${recipe}`, await mintedGrant('ab'))).toBe(
      `ab/a/cat.jpg${recipe}__op__format,f_src`,
    );
  });
});
