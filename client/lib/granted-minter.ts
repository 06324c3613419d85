import { limits } from '../../shared/limits.ts';
import { addressOf, checkPlace, type Place } from './address.ts';
import { checkOptions } from './assert-valid.ts';
import type { Check } from './check.ts';
import { operationsOf, type RecipeInput } from './recipe.ts';
import {
  type Mint,
  mintOne,
  type Picture,
  type PictureOptions,
  picture,
  type Sizes,
  srcset,
} from './responsive.ts';
import { SignetError } from './signet-error.ts';
import { textOrEmpty } from './text.ts';

/** Writes URLs under a grant. It needs no signing key, so it can run in a browser. */
export type GrantedMinter = {
  readonly tenant: string;
  /** Writes a URL. `path` is the plain name of the source; do not encode it. */
  readonly url: (path: string, recipe?: RecipeInput) => string;
  /** Writes the value of a `srcset`. */
  readonly srcset: (path: string, recipe: RecipeInput, sizes: Sizes) => string;
  /** Writes the URLs of a `<picture>`. `html` prints the result. */
  readonly picture: (path: string, recipe: RecipeInput, options: PictureOptions) => Picture;
  /** Returns the same minter with one more check, which runs after the existing ones. */
  readonly checkedBy: (check: Check) => GrantedMinter;
};

/** Where the images are served, and the grant. */
export type GrantedOptions = Place & {
  /** The grant. Leave it out if browsers send it in the cookie `signet-grant`. */
  readonly grant?: string;
  /** True if browsers send the grant in the cookie, so that no URL contains it. */
  readonly cookie?: boolean;
};

const isGrant = (text: string): boolean =>
  /^[\w-]+\.[\w-]+\.[\w-]{43}$/.test(text) && text.length <= limits.grantCharacters;

/**
 * Returns a minter that writes URLs under a grant, without a signing key. Throws `malformed` for an invalid
 * URL or tenant, and `forbidden` for an invalid grant. The minter throws `SignetError` for a request that
 * the edge would reject.
 */
export function withGrant(options: GrantedOptions): GrantedMinter {
  const place = { ...options };
  const { tenant, grant, cookie, checks = [] } = place;
  checkPlace(place);
  if (grant !== undefined && !isGrant(textOrEmpty(grant)))
    throw new SignetError('forbidden', 'the grant is malformed');
  const minterOf =
    <T, How>(make: (mint: Mint, operations: readonly string[], how: How) => T) =>
    (path: string, recipe?: RecipeInput, how?: How): T => {
      checkOptions(how);
      const mint = (operations: readonly string[]): string =>
        addressOf(place, { path, operations, grant }).with(
          grant && !cookie ? `grant=${grant}` : '',
        );
      return make(mint, operationsOf(recipe), { ...how } as How);
    };
  return {
    tenant,
    url: minterOf(mintOne),
    srcset: minterOf(srcset),
    picture: minterOf(picture),
    checkedBy: (check) => withGrant({ ...place, checks: [...checks, check] }),
  };
}
