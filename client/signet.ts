import { isKid, signedMessage } from '../shared/url/signature.ts';
import {
  addressOf,
  checkPlace,
  needSetting,
  type Place,
  type Setting,
  variableOf,
} from './lib/address.ts';
import type { Check } from './lib/check.ts';
import { expiryOf, type Lifetime } from './lib/expiry.ts';
import { grantText } from './lib/grant.ts';
import { type GrantedMinter, withGrant } from './lib/granted.ts';
import { hmacWith } from './lib/hmac.ts';
import { assertValid } from './lib/need.ts';
import { operationsOf, type RecipeInput } from './lib/recipe.ts';
import {
  type Mint,
  mapAwaited,
  mintOne,
  type Picture,
  type PictureOptions,
  picture,
  type Sizes,
  srcset,
} from './lib/responsive.ts';

export type { Place } from './lib/address.ts';
export type { AskedGrant, AskedUrl, Check } from './lib/check.ts';
export type { Lifetime } from './lib/expiry.ts';
export type { GrantedMinter, GrantedOptions } from './lib/granted.ts';
export { withGrant } from './lib/granted.ts';
export type { Operations } from './lib/operations.ts';
export type { RecipeInput as Recipe } from './lib/recipe.ts';
export type { Picture, PictureOptions, Sizes } from './lib/responsive.ts';
export { SignetError } from './lib/signet-error.ts';

/** What `signet keys show TENANT --env` prints; what is left out is read from the environment. */
export type SignetOptions = Partial<Place> & {
  readonly kid?: string;
  /** The signing key, as it is. */
  readonly key?: string;
  /** How long URLs live where nothing else is said; an hour if nothing is. */
  readonly lifetime?: Lifetime;
};

export type UrlOptions = {
  /** How long it lives, or until when. */
  readonly expires?: Lifetime | Date;
  /** The source's revision: a changed image gets a new URL. */
  readonly version?: string | number;
};

export type GrantRequest = {
  /** A source, `prefix/*` for all below it, or `*`; up to sixteen. */
  readonly scope: string | readonly string[];
  readonly expires?: Exclude<Lifetime, 'never'> | Date;
  readonly notBefore?: Date;
  /** The only ones that may be asked for. */
  readonly presets?: string | readonly string[];
};

/** Mints the URLs of a tenant. Whatever the edge would refuse is thrown as `SignetError`. */
export type Minter = {
  readonly tenant: string;
  /** Where its images are: what `withGrant` has to know in a browser, besides the grant. */
  readonly place: Pick<Place, 'url' | 'tenant' | 'ownHost'>;
  readonly url: (path: string, recipe?: RecipeInput, options?: UrlOptions) => Promise<string>;
  /** The value of a `srcset`, each of its URLs signed. */
  readonly srcset: (
    path: string,
    recipe: RecipeInput,
    options: Sizes & UrlOptions,
  ) => Promise<string>;
  /** What a `<picture>` is made of. */
  readonly picture: (
    path: string,
    recipe: RecipeInput,
    options: PictureOptions & UrlOptions,
  ) => Promise<Picture>;
  /** One signature for many URLs. */
  readonly grant: (request: GrantRequest) => Promise<string>;
  /** Writes URLs under a grant, without a signature each, and at once. */
  readonly withGrant: (grant: string, options?: { readonly cookie?: boolean }) => GrantedMinter;
  /** The same minter with one more check, behind those that it has. */
  readonly checkedBy: (check: Check) => Minter;
};

type Environment = { readonly process?: { readonly env?: Readonly<Record<string, string>> } };
type Signer = SignetOptions & Place & { readonly kid: string; readonly key: string };

/** Throws `malformed`, and never repeats the key: a message ends in a log. */
function readSigner(options: SignetOptions): Signer {
  const { process } = globalThis as unknown as Environment;
  const read = (name: Setting): string => options[name] ?? process?.env?.[variableOf(name)] ?? '';
  const signer = {
    ...options,
    url: read('url'),
    tenant: read('tenant'),
    kid: read('kid'),
    key: read('key'),
  };
  checkPlace(signer);
  // Generation 0 is the service's own.
  needSetting('kid', isKid(signer.kid) && !signer.kid.endsWith('.0'), 'root.generation');
  needSetting('key', /^sgn_[\w-]{43}$/.test(signer.key), 'sgn_ and 43 characters');
  return signer;
}

/** Mints URLs. Throws `malformed` for an address, a tenant, a kid or a key that is none. */
export function signet(options: SignetOptions = {}): Minter {
  const signer = readSigner(options);
  const { url: address, tenant, ownHost, kid, key, lifetime = 3_600, checks = [] } = signer;
  const hmac = hmacWith(key);
  const minting =
    <T, How>(make: (mint: Mint, operations: readonly string[], how: How) => T) =>
    async (path: string, recipe: RecipeInput, how: How & UrlOptions): Promise<T> => {
      const written = operationsOf(recipe, how.version);
      const exp = expiryOf(how.expires ?? lifetime);
      return mapAwaited(
        (mint) => make(mint, written, how),
        async (operations) => {
          const address = addressOf(signer, { tenant, path, operations, kid, exp });
          const sig = await hmac(
            signedMessage({ kid, exp: exp ? `${exp}` : undefined, ...address }),
          );
          return address.with(`${exp ? `exp=${exp}&` : ''}kid=${kid}&sig=${sig}`);
        },
      );
    };
  const url = minting(mintOne);
  return {
    tenant,
    place: { url: address, tenant, ownHost },
    url: (path, recipe = [], how = {}) => url(path, recipe, how),
    srcset: minting(srcset),
    picture: minting(picture),
    grant: async ({ scope, expires = lifetime, notBefore, presets, ...others }) => {
      // A word that nobody reads was meant to narrow it.
      for (const name in others) assertValid(0, `a grant has no ${name}`);
      const exp = expiryOf(expires);
      assertValid(exp, 'a grant expires');
      const nbf = notBefore && Math.floor(+notBefore / 1_000);
      const asked = {
        tenant,
        kid,
        scope: [scope].flat(),
        exp,
        nbf,
        presets: presets === undefined ? presets : [presets].flat(),
      };
      for (const check of checks) check.grant?.(asked);
      return grantText(hmac, asked);
    },
    withGrant: (grant, how) => withGrant({ ...signer, ...how, grant }),
    checkedBy: (check) => signet({ ...options, checks: [...checks, check] }),
  };
}
