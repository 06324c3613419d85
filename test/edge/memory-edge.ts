import type { GateDeps } from '../../edge/gate.ts';
import type { MakeDeps } from '../../edge/make.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { continuationKeyring, continuationSecret, rootKeyring } from '../../shared/keys/keyring.ts';
import { keyFreshness, keyringStore } from '../../shared/keys/store.ts';
import { PortFailure, type SecretStore, seconds } from '../../shared/ports.ts';
import { type MintRequest, mint } from '../../shared/request/mint.ts';
import type { ViewerRequest } from '../../shared/request/stages.ts';
import { policyKey } from '../../shared/versions/bucket.ts';
import { policyFreshness, policyStore } from '../../shared/versions/cache.ts';
import { ownSources } from '../shared/objects/own-sources.ts';
import { plainPolicies } from '../shared/versions/plain-policies.ts';
import { drawInProcess } from './draw-in-process.ts';
import { memoryStore } from './memory-store.ts';

/** The root key of these tests; it must never be seen in a log. */
export const rootKey = Buffer.alloc(32, 7).toString('base64url');
export const roots = JSON.stringify({ keys: [{ kty: 'oct', kid: 'r1', k: rootKey }] });
export const keyring = rootKeyring(nodeCrypto, roots);

export const policy = {
  tenant: 'acme',
  operations: { resize: { w: [20, 40] }, format: { f: ['auto', 'jpg', 'webp'] } },
};

export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** Both functions over stores in memory, with a clock that only moves when told. */
export function memoryEdge(document: object = policy) {
  const time = { now: Date.parse('2026-07-01T00:00:00Z') };
  const failures: string[] = [];
  const secretReads: string[] = [];
  const texts = new Map([
    ['signet/roots', roots],
    ['signet/render', continuationSecret(nodeCrypto, roots)],
  ]);
  const away = { secrets: false, config: false };
  const secrets: SecretStore = {
    read: async (id) => {
      secretReads.push(id);
      if (away.secrets) throw new PortFailure('Secrets Manager is away');
      return texts.get(id);
    },
    write: async (id, text) => void texts.set(id, text),
  };
  const config = memoryStore({ [policyKey('acme')]: json(document) });
  const reached: typeof config = {
    ...config,
    get: async (key, options) => {
      if (away.config) throw new PortFailure('S3 is away');
      return config.get(key, options);
    },
  };
  const sources = memoryStore();
  const derivatives = memoryStore();
  const common = {
    crypto: nodeCrypto,
    clock: () => time.now,
    now: () => seconds(() => time.now),
    random: () => 0,
    onFailure: (reason: string) => void failures.push(reason),
  };
  const policies = () =>
    policyStore({ ...common, ...plainPolicies, config: reached, freshness: policyFreshness });
  const keys = (id: string, open: typeof rootKeyring) =>
    keyringStore({
      ...common,
      secrets,
      id,
      freshness: keyFreshness,
      open: (text) => open(nodeCrypto, text),
    });
  const gateDeps: GateDeps = {
    ...common,
    hosts: { 'img.acme.com': 'acme', '*.img.test': '*' },
    keys: keys('signet/roots', rootKeyring),
    policies: policies(),
  };
  const makeDeps: MakeDeps = {
    ...common,
    policies: policies(),
    continuationKeys: keys('signet/render', continuationKeyring),
    sources: ownSources(sources),
    disabledFormats: [],
    derivatives,
    render: drawInProcess,
    engine: 'test',
  };
  return {
    time,
    failures,
    secretReads,
    away,
    texts,
    config,
    sources,
    derivatives,
    gateDeps,
    makeDeps,
  };
}

export type MemoryEdge = ReturnType<typeof memoryEdge>;

/** Signs a URL for the tenant; the answer is what CloudFront would hand over. */
export function signed(
  { time }: Pick<MemoryEdge, 'time'>,
  asked: Partial<MintRequest> & { readonly kid?: string; readonly accept?: string } = {},
): ViewerRequest {
  const { kid = 'r1.1', tenant = 'acme', path = 'a.png', operations = ['resize,w_40'] } = asked;
  const exp = 'exp' in asked ? asked.exp : Math.floor(time.now / 1_000) + 3_600;
  const signingKey = keyring.signingKey(tenant, kid) ?? '';
  const url = mint(nodeCrypto, '', { tenant, path, operations, exp }, { kid, signingKey });
  return fetched(url, asked.accept);
}

/** A path-absolute URL as a viewer's request. */
export function fetched(url: string, accept?: string): ViewerRequest {
  const [uri = '', querystring = ''] = url.split('?');
  return { method: 'GET', uri, querystring, accept };
}
