import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import { rootKeyring } from '../../../shared/keys/keyring.ts';
import { mint } from '../../../shared/request/mint.ts';
import { plainReading, type Reading } from '../../../shared/request/reading.ts';
import { readingMemory, rememberedReading } from '../../../shared/request/remembered.ts';
import { runStages, type StageDeps } from '../../../shared/request/stages.ts';
import { countCases, isProof } from '../../proof/cases.ts';
import { keySet, rootKey } from '../keys/known-keys.ts';
import { countingCrypto } from './counting-crypto.ts';
import { decisionOf, grantOf, knownPolicies, mixedRequests, nowSeconds } from './mixed-requests.ts';

const tiny = { grants: 1_500, recipes: 1_500, accepts: 1_000 };

/** The same key set, read again: a refresh replaces the object. */
const readKeyring = () => rootKeyring(nodeCrypto, keySet({ kid: 'r1', k: rootKey(1) }));

function depsWith(reading: Reading, keyring: () => ReturnType<typeof readKeyring>): StageDeps {
  return {
    crypto: nodeCrypto,
    now: () => nowSeconds,
    hosts: { 'shop.example.com': 'shop' },
    keys: { read: async () => keyring() },
    policyFor: async ({ tenant }) => knownPolicies.get(tenant),
    reading,
  };
}

describe('what is remembered', () => {
  const requests = isProof ? 100_000 : 10_000;

  it(`changes none of ${requests} decisions, whether it holds much, little or nothing`, async () => {
    let keyring = readKeyring();
    const readings = [plainReading, rememberedReading(), rememberedReading(tiny)];
    const all = readings.map((reading) => depsWith(reading, () => keyring));
    const ends = new Map<string, number>();
    for await (const [at, request] of mixedRequests(keyring, requests)) {
      if (at % 4_000 === 0) keyring = readKeyring();
      const [plain, ...others] = await Promise.all(all.map((deps) => decisionOf(request, deps)));
      if (others.some((one) => one !== plain))
        expect({ request, decisions: others }).toEqual({ request, decisions: [plain, plain] });
      const code = plain?.split(' ')[0] ?? '';
      ends.set(code, (ends.get(code) ?? 0) + 1);
    }
    countCases(requests);
    // Each kind of end comes often enough to say something.
    const codes = [
      ...['allowed', 'malformed', 'forbidden', 'expired', 'denied_kid', 'denied_lifetime'],
      ...['denied_scope', 'denied_grant', 'denied_blocked', 'denied_operation'],
      ...['denied_value', 'denied_preset', 'denied_required'],
    ];
    expect(codes.filter((code) => (ends.get(code) ?? 0) < requests / 2_000)).toEqual([]);
  });

  it('was verified: a wrong grant is checked again, and a right one is checked once in a key set', async () => {
    const { crypto, reset, calls } = countingCrypto();
    const { verifyGrant } = rememberedReading();
    const [first, second] = [readKeyring(), readKeyring()];
    const right = await grantOf(first, 'acme', { scope: ['*'], exp: nowSeconds + 60 });
    const wrong = `${right.slice(0, -43)}${'A'.repeat(43)}`;
    const counts = [right, right, wrong, wrong].map((text) => {
      reset();
      try {
        verifyGrant(crypto, first, text, 'acme');
      } catch {
        // Counted.
      }
      return calls().hmac;
    });
    expect(counts).toEqual([1, 0, 1, 1]);
    reset();
    verifyGrant(crypto, second, right, 'acme');
    expect(calls().hmac).toBe(1);
    expect(() => verifyGrant(crypto, second, right, 'shop')).toThrow('another tenant');
  });

  it('is not what a request without a valid credential asked for', async () => {
    const texts: string[] = [];
    const remembered = rememberedReading();
    const reading: Reading = {
      verifyGrant: remembered.verifyGrant,
      parseWritten: (asked) => {
        texts.push(`${asked.operations}`);
        return remembered.parseWritten(asked);
      },
      readQualities: (accept) => {
        texts.push(accept);
        return remembered.readQualities(accept);
      },
    };
    const deps = depsWith(reading, readKeyring);
    const uri = '/acme/a.jpg__op__resize,w_40__op__format,f_auto';
    const sig = 'A'.repeat(43);
    for (const querystring of ['', `kid=r1.1&sig=${sig}`, 'grant=a.b.c'])
      await runStages({ method: 'GET', uri, querystring, accept: 'image/webp' }, deps).catch(
        () => undefined,
      );
    expect(texts).toEqual([]);
  });
});

describe('what is remembered is bounded,', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const collect = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };

  it('and keeps no URL or header alive', async () => {
    const keyring = readKeyring();
    const grants = await Promise.all(
      Array.from({ length: 1_000 }, (_, at) =>
        grantOf(keyring, 'acme', { scope: ['*'], exp: nowSeconds + at }),
      ),
    );
    const reading = rememberedReading();
    const before = collect();
    for (const grant of grants) {
      const header = `theme=${'x'.repeat(14_000)}; signet-grant=${grant}`;
      reading.verifyGrant(nodeCrypto, keyring, header.slice(-grant.length), 'acme');
    }
    expect(collect() - before).toBeLessThan(2 * readingMemory.grants);
  });
});

describe('an unknown tenant', () => {
  it('costs the same cryptography as a known one, and its refusal says the same', async () => {
    const calls = async (tenant: string, sig: (right: string) => string) => {
      const { crypto, reset, calls: counted } = countingCrypto();
      const keyring = rootKeyring(crypto, keySet({ kid: 'r1', k: rootKey(1) }));
      const signingKey = readKeyring().signingKey(tenant, 'r1.1') ?? '';
      const asked = { tenant, path: 'a.jpg', operations: [], exp: nowSeconds + 60 };
      const url = mint(nodeCrypto, '', asked, { kid: 'r1.1', signingKey });
      const [uri = '', querystring = ''] = url.split('?');
      const changed = querystring.replace(/sig=(.*)$/, (_all, right) => `sig=${sig(right)}`);
      const deps = { ...depsWith(rememberedReading(), () => keyring), crypto };
      const request = { method: 'GET', uri, querystring: changed, accept: undefined };
      reset();
      const end = await decisionOf(request, deps);
      return { ...counted(), end: end.replaceAll(tenant, 'TENANT') };
    };
    const wrong = () => 'A'.repeat(43);
    expect(await calls('nobody', wrong)).toEqual(await calls('acme', wrong));
    expect(await calls('nobody', wrong)).toMatchObject({ derive: 1, hmac: 1, equal: 1 });
    const same = (right: string) => right;
    const [unknown, known] = [await calls('nobody', same), await calls('acme', same)];
    expect(unknown).toMatchObject({ end: 'forbidden there is no tenant TENANT' });
    expect({ ...unknown, end: '' }).toEqual({ ...known, end: '' });
  });
});
