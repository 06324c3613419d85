import { limits } from '../shared/limits.ts';
import { scopeFault } from '../shared/scope.ts';
import { isKid, signedMessage } from '../shared/signature.ts';
import { encodeTarget, isTenant, pathFault } from '../shared/target.ts';
import { type Expires, expiryOf } from './expiry.ts';
import { operationsOf, type Recipe, suffixOf } from './recipe.ts';
import { SignetError } from './signet-error.ts';

export type { Expires } from './expiry.ts';
export type { Recipe } from './recipe.ts';
export { SignetError } from './signet-error.ts';

/** What `signet keys show TENANT --env` prints; left out, it is read from the environment. */
export type SignetOptions = {
  /** Where images are served, such as `https://img.example.com`. */
  readonly url?: string;
  readonly tenant?: string;
  readonly kid?: string;
  readonly key?: string;
  /** How long URLs live, in seconds, where nothing else is said. */
  readonly lifetime?: number;
  /** The host is the tenant's own: its URLs leave the tenant out. */
  readonly ownHost?: boolean;
};

export type UrlOptions = { readonly expires?: Expires };

export type GrantRequest = {
  /** A source, `prefix/*` for all below it, or `*`; up to sixteen. */
  readonly scope: string | readonly string[];
  readonly expires?: Exclude<Expires, 'never'>;
  readonly presets?: readonly string[];
};

export type Signet = {
  /** Mints a signed URL. Rejects with `SignetError` for what the edge would refuse. */
  readonly url: (path: string, recipe?: Recipe, options?: UrlOptions) => Promise<string>;
  /** A `srcset` of one recipe in several widths, each signed. */
  readonly srcset: (
    path: string,
    widths: readonly number[],
    recipe?: Exclude<Recipe, readonly string[]>,
    options?: UrlOptions,
  ) => Promise<string>;
  /** Mints one signature for many URLs. */
  readonly grant: (request: GrantRequest) => Promise<string>;
};

const encoder = new TextEncoder();
const malformed = (message: string): SignetError => new SignetError('malformed', message);

function base64url(bytes: Uint8Array): string {
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

const keyForm = /^sgn_[A-Za-z0-9_-]{43}$/;

/** HMAC-SHA256 with the key's text as it is: nobody decodes anything. */
async function hmac(key: string, text: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const bytes = encoder.encode(key);
  const imported = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign']);
  return base64url(
    new Uint8Array(await crypto.subtle.sign('HMAC', imported, encoder.encode(text))),
  );
}

type Environment = { readonly process?: { readonly env?: Readonly<Record<string, string>> } };
const variable = (name: string): string =>
  (globalThis as unknown as Environment).process?.env?.[`SIGNET_${name}`] ?? '';

type Signer = Required<Pick<SignetOptions, 'url' | 'tenant' | 'kid' | 'key'>>;

/** The key is never repeated: a message ends in a log. */
function readSigner(options: SignetOptions): Signer {
  const url = (options.url ?? variable('URL')).replace(/\/$/, '');
  const tenant = options.tenant ?? variable('TENANT');
  const kid = options.kid ?? variable('KID');
  const key = options.key ?? variable('KEY');
  if (!/^https?:\/\/[^\s/?#]+$/.test(url)) throw malformed('url (SIGNET_URL) is no https address');
  if (!isTenant(tenant)) throw malformed('tenant (SIGNET_TENANT) is not the name of a tenant');
  if (!isKid(kid)) throw malformed('kid (SIGNET_KID) is not written as root.generation');
  if (!keyForm.test(key))
    throw malformed('key (SIGNET_KEY) is not 47 characters that begin with sgn_; use it as it is');
  return { url, tenant, kid, key };
}

function checkPath(path: string, target: string): void {
  const fault = pathFault(path);
  if (fault !== undefined) throw malformed(fault);
  if (encoder.encode(target).length - 1 > limits.keyBytes)
    throw malformed(`the key is longer than ${limits.keyBytes} bytes`);
}

async function signedUrl(
  { url, tenant, kid, key }: Signer,
  { ownHost = false }: SignetOptions,
  asked: { readonly path: string; readonly operations: readonly string[]; readonly exp?: number },
): Promise<string> {
  const { path, operations } = asked;
  const target = `/${tenant}/${path}${suffixOf(operations)}`;
  checkPath(path, target);
  const exp = asked.exp === undefined ? undefined : String(asked.exp);
  const sig = await hmac(key, signedMessage({ kid, exp, target }));
  const written = encodeTarget(ownHost ? target.slice(tenant.length + 1) : target);
  return `${url}${written}?${exp === undefined ? '' : `exp=${exp}&`}kid=${kid}&sig=${sig}`;
}

async function grantText({ tenant, kid, key }: Signer, request: GrantRequest, lifetime: number) {
  const scope = [request.scope].flat();
  const wrong = scope.find((one) => scopeFault(one) !== undefined);
  if (wrong !== undefined) throw malformed(`"${wrong}" is no scope: ${scopeFault(wrong)}`);
  if (scope.length === 0 || scope.length > limits.grantScopes)
    throw malformed(`a grant covers 1 to ${limits.grantScopes} scopes`);
  const { presets } = request;
  const exp = expiryOf(request.expires ?? lifetime, Date.now());
  const claims = { iss: tenant, scope: scope.length === 1 ? scope[0] : scope, exp };
  const header = { alg: 'HS256', typ: 'signet-grant+jwt', kid };
  const parts = [header, presets === undefined ? claims : { ...claims, presets }];
  const input = parts.map((part) => base64url(encoder.encode(JSON.stringify(part)))).join('.');
  const text = `${input}.${await hmac(key, input)}`;
  if (text.length > limits.grantCharacters)
    throw malformed(`the grant has more than ${limits.grantCharacters} characters`);
  return text;
}

/** Mints URLs of a tenant. Throws `SignetError` at once for a key, a kid or an address that is none. */
export function signet(options: SignetOptions = {}): Signet {
  const signer = readSigner(options);
  const { lifetime = 3_600 } = options;
  const url: Signet['url'] = async (path, recipe = {}, { expires = lifetime } = {}) => {
    const exp = expiryOf(expires, Date.now());
    const asked = { path, operations: operationsOf(recipe) };
    return signedUrl(signer, options, exp === undefined ? asked : { ...asked, exp });
  };
  const srcset: Signet['srcset'] = async (path, widths, recipe = {}, how = {}) => {
    const { resize, ...others } = recipe;
    const values = typeof resize === 'object' ? resize : {};
    const candidates = widths.map(
      async (w) => `${await url(path, { resize: { ...values, w }, ...others }, how)} ${w}w`,
    );
    return (await Promise.all(candidates)).join(', ');
  };
  return { url, srcset, grant: (request) => grantText(signer, request, lifetime) };
}
