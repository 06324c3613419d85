import { describe, expect, it } from 'vitest';
import { signet } from '../../client/signet.ts';
import { signingKeyOf } from '../shared/keys/known-keys.ts';
import { edgeWith, policyOf, reportingPolicy } from './test-edge.ts';

const tenants = Array.from({ length: 50 }, (_, at) => `tenant-${at}`);
const edge = edgeWith(...tenants.map((tenant) => policyOf({ ...reportingPolicy, tenant })));

const minterOf = (tenant: string) =>
  signet({
    ...{ url: 'https://img.example.com', tenant },
    ...{ kid: 'r1.1', key: signingKeyOf(tenant) },
  });

/** What the edge answers to one tenant's credential in the URL of every tenant. */
async function outcomes(credential: string): Promise<readonly string[]> {
  return Promise.all(
    tenants.map((tenant) =>
      edge(`https://img.example.com/${tenant}/a__op__grayscale?${credential}`),
    ),
  );
}

const onlyOwner = (owner: string): readonly string[] =>
  tenants.map((tenant) =>
    tenant === owner ? `${tenant}/a__op__grayscale__op__format,f_src` : 'forbidden',
  );

describe('fifty tenants', () => {
  it('mint signatures that are invalid for each other', async () => {
    for (const owner of tenants) {
      const [, credential = ''] = (await minterOf(owner).url('a', 'grayscale')).split('?');
      expect(await outcomes(credential)).toEqual(onlyOwner(owner));
    }
  });

  it('mint grants that are invalid for each other', async () => {
    for (const owner of tenants) {
      const grant = await minterOf(owner).grant({ scope: '*' });
      expect(await outcomes(`grant=${grant}`)).toEqual(onlyOwner(owner));
    }
  });

  it('cannot use the signing key of another tenant', async () => {
    const mixed = signet({
      ...{ url: 'https://img.example.com', tenant: 'tenant-1' },
      ...{ kid: 'r1.1', key: signingKeyOf('tenant-2') },
    });
    expect(await edge(await mixed.url('a'))).toBe('forbidden');
  });
});
