import { isSigningKid, signedMessage } from '../shared/url/signature.ts';
import {
  addressOf,
  checkPlace,
  checkSet,
  checkSetting,
  type Place,
  type Setting,
  variableOf,
} from './lib/address.ts';
import { assertValid, checkOptions } from './lib/assert-valid.ts';
import type { Check } from './lib/check.ts';
import { expiryOf, type Lifetime } from './lib/expiry.ts';
import { grantText } from './lib/grant.ts';
import { type GrantedMinter, withGrant } from './lib/granted-minter.ts';
import { hmacWith } from './lib/hmac.ts';
import { operationsOf, type RecipeInput } from './lib/recipe.ts';
import {
  type Mint,
  mintAll,
  mintOne,
  type Picture,
  type PictureOptions,
  picture,
  type Sizes,
  srcset,
} from './lib/responsive.ts';
import { textOrEmpty } from './lib/text.ts';

export type { Place } from './lib/address.ts';
export type { AskedGrant, AskedUrl, Check } from './lib/check.ts';
export type { Lifetime } from './lib/expiry.ts';
export type { GrantedMinter, GrantedOptions } from './lib/granted-minter.ts';
export { withGrant } from './lib/granted-minter.ts';
export type { Operations } from './lib/operations.ts';
export type { RecipeInput as Recipe } from './lib/recipe.ts';
export type { Picture, PictureOptions, Sizes } from './lib/responsive.ts';
export { SignetError } from './lib/signet-error.ts';

/**
 * The settings of a minter. `signet keys show TENANT --env` prints them. A setting that is left out is read
 * from SIGNET_URL, SIGNET_TENANT, SIGNET_KID or SIGNET_KEY.
 */
export type SignetOptions = Partial<Place> & {
  /** The id of the signing key, such as `r1.1`. */
  readonly kid?: string;
  /** The signing key as text, such as `sgn_…`. */
  readonly key?: string;
  /** The lifetime of URLs and grants that set no `expires`. Default: one hour. */
  readonly lifetime?: Lifetime;
};

/** Options of one URL. */
export type UrlOptions = {
  /** The lifetime of the URL, or the time at which it expires. */
  readonly expires?: Lifetime | Date;
  /** The revision of the source. Change it to get a new URL for a changed image. */
  readonly version?: string | number;
};

/** What a grant allows. */
export type GrantRequest = {
  /** The path of a source, `prefix/*` for everything below a prefix, or `*`. Up to 16 of them. */
  readonly scope: string | readonly string[];
  /** The lifetime of the grant, or the time at which it expires. */
  readonly expires?: Exclude<Lifetime, 'never'> | Date;
  /** The time from which the grant is valid. */
  readonly notBefore?: Date;
  /** If set, the grant allows only these presets. */
  readonly presets?: string | readonly string[];
};

/** Mints the URLs and grants of a tenant. Throws `SignetError` for a request that the edge would reject. */
export type Minter = {
  readonly tenant: string;
  /** Where the images are served. Pass it to `withGrant` in a browser, together with a grant. */
  readonly place: Pick<Place, 'url' | 'tenant' | 'ownHost'>;
  /** Mints a signed URL. `path` is the plain name of the source; do not encode it. */
  readonly url: (path: string, recipe?: RecipeInput, options?: UrlOptions) => Promise<string>;
  /** Mints the value of a `srcset`. Each URL in it is signed. */
  readonly srcset: (
    path: string,
    recipe: RecipeInput,
    options: Sizes & UrlOptions,
  ) => Promise<string>;
  /** Mints the URLs of a `<picture>`. `html` prints the result. */
  readonly picture: (
    path: string,
    recipe: RecipeInput,
    options: PictureOptions & UrlOptions,
  ) => Promise<Picture>;
  /** Mints a grant: one signature for many URLs. */
  readonly grant: (request: GrantRequest) => Promise<string>;
  /** Returns a minter that writes URLs under a grant. It signs nothing, so it is synchronous. */
  readonly withGrant: (grant: string, options?: { readonly cookie?: boolean }) => GrantedMinter;
  /** Returns the same minter with one more check, which runs after the existing ones. */
  readonly checkedBy: (check: Check) => Minter;
};

type Environment = { readonly process?: { readonly env?: Readonly<Record<string, string>> } };
type Signer = SignetOptions & Place & { readonly kid: string; readonly key: string };

/** Throws `malformed` without the value of a setting: messages are logged, and a value may be a key. */
function readSigner(options: SignetOptions): Signer {
  const { process } = globalThis as unknown as Environment;
  const read = (name: Setting): string => {
    const value = textOrEmpty(options[name] ?? process?.env?.[variableOf(name)]);
    checkSet(name, value);
    return value;
  };
  const signer = {
    ...options,
    url: read('url'),
    tenant: read('tenant'),
    kid: read('kid'),
    key: read('key'),
  };
  checkPlace(signer);
  checkSetting('kid', isSigningKid(signer.kid), 'root.generation');
  checkSetting('key', /^sgn_[\w-]{43}$/.test(signer.key), 'sgn_ and 43 characters');
  return signer;
}

/**
 * Returns a minter for a tenant. Settings that are left out are read from the environment. Throws
 * `malformed` for a missing or invalid setting.
 */
export function signet(options: SignetOptions = {}): Minter {
  checkOptions(options);
  const signer = readSigner({ ...options });
  const { url: address, tenant, ownHost, kid, key, lifetime = 3_600, checks = [] } = signer;
  const hmac = hmacWith(key);
  const minterOf =
    <T, How>(make: (mint: Mint, operations: readonly string[], how: How) => T) =>
    async (path: string, recipe?: RecipeInput, how?: How & UrlOptions): Promise<T> => {
      checkOptions(how);
      const { version, expires = lifetime, ...others } = { ...how };
      const written = operationsOf(recipe, version);
      const exp = expiryOf(expires);
      return mintAll(
        (mint) => make(mint, written, others as How),
        async (operations) => {
          const address = addressOf(signer, { path, operations, kid, exp });
          const sig = await hmac(signedMessage({ kid, exp, ...address }));
          return address.with(`${exp ? `exp=${exp}&` : ''}kid=${kid}&sig=${sig}`);
        },
      );
    };
  return {
    tenant,
    place: { url: address, tenant, ownHost },
    url: minterOf(mintOne),
    srcset: minterOf(srcset),
    picture: minterOf(picture),
    grant: async (asked) => {
      const { scope, expires = lifetime, notBefore, presets, ...others } = { ...asked };
      // A misspelled option would silently widen the grant.
      for (const name in others) assertValid(0, `a grant has no ${name}`);
      const exp = expiryOf(expires);
      assertValid(exp, 'a grant must expire');
      const nbf = notBefore instanceof Date ? Math.floor(+notBefore / 1_000) : notBefore;
      return grantText(hmac, checks, {
        tenant,
        kid,
        scope: [scope].flat(),
        exp,
        nbf,
        presets: presets === undefined ? presets : [presets].flat(),
      });
    },
    withGrant: (grant, how) => withGrant({ ...signer, ...how, grant }),
    checkedBy: (check) => signet({ ...options, checks: [...checks, check] }),
  };
}
