import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import type { Keyring } from '../../shared/keys/keyring.ts';
import type { SplitUrl } from '../../shared/recipe/request-url.ts';
import { grantsOf } from '../../shared/recipe/request-url.ts';
import { Refusal } from '../../shared/refusal.ts';
import { readGrant } from '../../shared/request/grant.ts';
import { signedMessage, verifyUrlSignature } from '../../shared/url/signature.ts';
import { grantMistake } from './grant-mistakes.ts';
import type { PastedUrl } from './pasted-url.ts';
import { signingMistake } from './signing-mistakes.ts';

/** The keys that can be tried, and the tenants they may belong to. */
export type KnownKeys = {
  readonly keyring: Keyring;
  readonly tenants: () => Promise<readonly string[]>;
};

type Hint = Readonly<Record<string, string>>;

async function otherKeys({ keyring, tenants }: KnownKeys, tenant: string, kid: string) {
  const names = (await tenants()).filter((name) => name !== tenant);
  return new Map(
    names.flatMap((name) => {
      const key = keyring.signingKey(name, kid);
      return key === undefined ? [] : [[name, key] as const];
    }),
  );
}

function kidOf(text: string, tenant: string): string | undefined {
  try {
    return readGrant(text, tenant).kid;
  } catch (thrown) {
    if (thrown instanceof Refusal) return undefined;
    throw thrown;
  }
}

async function grantHint(known: KnownKeys, { tenant }: SplitUrl, text: string): Promise<Hint> {
  const kid = kidOf(text, tenant);
  const signingKey = kid && known.keyring.signingKey(tenant, kid);
  if (!kid || !signingKey) return {};
  const mistake = grantMistake({ text, signingKey, others: await otherKeys(known, tenant, kid) });
  return mistake === undefined ? {} : { mistake };
}

/** The message that the edge expects to be signed, and the mistake that explains the signature. */
export async function signatureHint(
  known: KnownKeys,
  url: SplitUrl,
  cookie: string | undefined,
): Promise<Hint> {
  const [grant] = grantsOf(url, cookie) ?? [];
  if (grant !== undefined) return grantHint(known, url, grant);
  const { kid, sig, tenant } = url;
  const signingKey = kid && known.keyring.signingKey(tenant, kid);
  if (!kid || !sig || !signingKey) return {};
  const parts = { ...url, kid };
  // The signature is correct, and the URL was refused for another reason, such as its age.
  if (verifyUrlSignature(nodeCrypto, signingKey, parts, sig)) return {};
  const others = await otherKeys(known, tenant, kid);
  const mistake = signingMistake({ parts, uri: url.uri, signingKey, sig, others });
  const message = signedMessage(parts);
  return mistake === undefined ? { message } : { message, mistake };
}

/** The mistake that explains why a URL cannot be split. */
export function splitHint({ querystring }: PastedUrl): Readonly<Record<string, string>> {
  if (/(?:^|&)amp;/.test(querystring))
    return { mistake: 'the URL was copied from HTML; replace &amp; with &' };
  const sig = /(?:^|&)sig=([^&]*)/.exec(querystring)?.[1] ?? '';
  return /%(2b|2f|3d)/i.test(sig)
    ? { mistake: 'sig is plain or padded base64; write base64url without padding' }
    : {};
}
