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
    return readGrant(text, tenant, nodeCrypto.decode).kid;
  } catch (thrown) {
    if (thrown instanceof Refusal) return undefined;
    throw thrown;
  }
}

async function grantHint(known: KnownKeys, { tenant }: SplitUrl, text: string): Promise<Hint> {
  // One signature in a billion has no capital letter.
  if (/^[a-z0-9_-]+\.[a-z0-9_-]+\.[a-z0-9_-]{43}$/.test(text))
    return { mistake: 'the URL was written in lower case on its way; send it as it was minted' };
  const kid = kidOf(text, tenant);
  const signingKey = kid && known.keyring.signingKey(tenant, kid);
  if (!kid || !signingKey) return {};
  const mistake = grantMistake({ text, signingKey, others: await otherKeys(known, tenant, kid) });
  return mistake === undefined ? {} : { mistake };
}

/** Whether a URL has neither a signature nor a grant. */
export const isUnsigned = ({ kid, sig, grant }: SplitUrl): boolean =>
  kid === undefined && sig === undefined && grant === undefined;

/** What is said of an unsigned URL in a line of an access log. */
export const cookieHint: Hint = {
  note: 'the line does not show cookies, so the request may have had a grant in one; add it with --cookie',
};

/** The message that the edge expects to be signed, and the mistake that explains the signature. */
export async function signatureHint(
  known: KnownKeys,
  url: SplitUrl,
  cookie: string | undefined,
): Promise<Hint> {
  const [grant] = grantsOf(url, cookie) ?? [];
  if (grant !== undefined) return grantHint(known, url, grant);
  const { kid, sig, tenant, target } = url;
  if (kid === undefined && /[?&]sig=/.test(target))
    return { mistake: 'the question mark of the URL was encoded; send it as it was minted' };
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

type UrlMistake = { readonly found: RegExp; readonly mistake: string };

/** Parameters that programs add to links, to follow who opens them. */
const tracking = /(?:^|&)(?:utm_|_ga|_gl|_hs|mc_|fbclid|gclid|dclid|msclkid|igshid|ref=)/i;

/** What the query of a URL shows that a program changed on its way. */
const queryMistakes: readonly UrlMistake[] = [
  { found: /(?:^|&)amp;/, mistake: 'the URL was copied from HTML; replace &amp; with &' },
  {
    found: /(?:^|&)(?:exp|kid|sig|grant)=3D|=[\r\n]/i,
    mistake:
      'the URL was copied from the source of an e-mail; replace =3D with =, and join its lines',
  },
  {
    found: /(?:^|&)(?:exp|kid|sig|grant)%(?:25)*3D|%(?:25)*26(?:exp|kid|sig|grant)/i,
    mistake: 'the URL was encoded twice on its way; send it as it was minted',
  },
  {
    found: /(?:^|&)sig=[^&]*%(?:2b|2f|3d)/i,
    mistake: 'sig is plain or padded base64; write base64url without padding',
  },
  {
    found: /[\s]|%0[ad]/i,
    mistake: 'the URL has a line break or a space in it; join its lines, and leave out the space',
  },
  {
    found:
      /(?:^|&)(?:sig|grant)=[\w.-]*(?:[^\w.&%=+/~-]|\.$|%(?:22|27|29|2C|3E|5D|7D|E2%80%9D)$)[^&]*$/i,
    mistake: 'the URL was copied with a character that stood after it; end it with the signature',
  },
  {
    found: tracking,
    mistake: 'a program added a parameter to the URL on its way; send it as it was minted',
  },
];

/** The mistake that explains why a URL cannot be split. */
export function splitHint({ querystring }: PastedUrl): Hint {
  const known = queryMistakes.find(({ found }) => found.test(querystring));
  return known === undefined ? {} : { mistake: known.mistake };
}

/** The mistakes that the query alone shows. The text after the semicolon says what to do. */
export const urlMistakes: readonly string[] = queryMistakes.map(({ mistake }) => mistake);
