import { limits } from '../../shared/limits.ts';
import { addressOf, checkPlace, type Place } from './address.ts';
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

/** Writes URLs that a grant covers. It knows no key, so it may run in a browser. */
export type GrantedMinter = {
  readonly tenant: string;
  readonly url: (path: string, recipe?: RecipeInput) => string;
  readonly srcset: (path: string, recipe: RecipeInput, sizes: Sizes) => string;
  readonly picture: (path: string, recipe: RecipeInput, options: PictureOptions) => Picture;
  /** The same minter with one more check, behind those that it has. */
  readonly checkedBy: (check: Check) => GrantedMinter;
};

export type GrantedOptions = Place & {
  /** The grant; left out where browsers send it in the cookie `signet-grant`. */
  readonly grant?: string;
  /** The grant goes in the cookie, and no URL names it. */
  readonly cookie?: boolean;
};

const isGrant = (text: string): boolean =>
  /^[\w-]+\.[\w-]+\.[\w-]{43}$/.test(text) && text.length <= limits.grantCharacters;

/** Writes URLs under a grant, at once. Throws `SignetError` for what the edge would refuse. */
export function withGrant(options: GrantedOptions): GrantedMinter {
  const { tenant, grant, cookie, checks = [] } = options;
  checkPlace(options);
  if (grant !== undefined && !isGrant(grant))
    throw new SignetError('forbidden', 'the grant is not written as one');
  const minting =
    <T, How>(make: (mint: Mint, operations: readonly string[], how: How) => T) =>
    (path: string, recipe: RecipeInput, how: How): T => {
      const mint = (operations: readonly string[]): string =>
        addressOf(options, { tenant, path, operations, grant }).with(
          grant && !cookie ? `grant=${grant}` : '',
        );
      return make(mint, operationsOf(recipe), how);
    };
  const url = minting(mintOne);
  return {
    tenant,
    url: (path, recipe = []) => url(path, recipe, undefined),
    srcset: minting(srcset),
    picture: minting(picture),
    checkedBy: (check) => withGrant({ ...options, checks: [...checks, check] }),
  };
}
