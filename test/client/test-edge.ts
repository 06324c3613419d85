import { SignetError } from '../../client/signet.ts';
import { type GateDeps, gate } from '../../edge/gate.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { type Policy, readPolicy } from '../../shared/policy/policy.ts';
import { seconds } from '../../shared/ports.ts';
import { asRefusal, Refusal } from '../../shared/refusal.ts';
import { ring, signingKeyOf } from '../shared/keys/known-keys.ts';

/** The settings of a minter, as `signet keys show acme --env` prints them. */
export const acme = {
  url: 'https://img.example.com',
  tenant: 'acme',
  kid: 'r1.1',
  key: signingKeyOf('acme'),
} as const;

/** A policy that serves every valid recipe: its rules are only reported. */
export const reportingPolicy = {
  tenant: 'acme',
  operations: { resize: { w: [1] } },
  presets: {
    thumb: 'resize,m_fill,w_200,h_200__op__format,f_auto',
    'list_small.v2': 'resize,w_200',
  },
  mode: 'report',
  reportUntil: '2999-01-01T00:00:00Z',
};

export const policyOf = (document: { readonly tenant: string }): Policy =>
  readPolicy(document.tenant, JSON.stringify(document));

const gateDepsOf = (...policies: readonly Policy[]): GateDeps => ({
  crypto: nodeCrypto,
  now: () => seconds(Date.now),
  keys: { read: async () => ring },
  policies: { of: async (tenant) => policies.find((one) => one.tenant === tenant) },
  hosts: { 'img.acme.com': 'acme' },
});

export type Edge = (url: string, accept?: string, cookie?: string) => Promise<string>;

/** The viewer-request function with these policies. Returns the key of a derivative or the code of a refusal. */
export function edgeWith(...policies: readonly Policy[]): Edge {
  const deps = gateDepsOf(...policies);
  return async (url, accept, cookie) => {
    const [, host = '', uri = '', querystring = ''] =
      /^https:\/\/([^/]+)([^?]*)\??(.*)$/.exec(url) ?? [];
    try {
      const { key } = await gate({ method: 'GET', host, uri, querystring, accept, cookie }, deps);
      return key;
    } catch (thrown) {
      return asRefusal(thrown).code;
    }
  };
}

/** An edge that accepts every valid recipe. */
export const edge: Edge = edgeWith(policyOf(reportingPolicy));

export type Refused = { readonly code: string; readonly message: string };

/** The refusal that minting throws; undefined if it mints. Other errors are thrown again. */
export async function refusalOf(mint: () => unknown): Promise<Refused | undefined> {
  try {
    await mint();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof SignetError || thrown instanceof Refusal)
      return { code: thrown.code, message: thrown.message.replace(/\p{Cc}/gu, ' ') };
    throw thrown;
  }
}
