import { type GrantedOptions, withGrant } from './lib/granted.ts';
import { sourcePath } from './lib/source-path.ts';
import { type UnpicOperations, unpicRecipe } from './lib/unpic-recipe.ts';
import { type Extracted, readUrl, withoutUndefined } from './lib/unpic-url.ts';

/*
 * A provider as unpic has them. Its options are those of `withGrant`: unpic makes URLs in browsers as
 * well, so no key is near.
 */

export type { UnpicOperations } from './lib/unpic-recipe.ts';
export type { Extracted } from './lib/unpic-url.ts';

/** A `URL`, by what is asked of it: a project may have no such type. */
type Address = { readonly href: string };

const textOf = (src: string | Address): string => (typeof src === 'string' ? src : src.href);

/** Left out by mistake: whoever asks for a URL is told what it is that is missing. */
const nowhere: GrantedOptions = { url: '', tenant: '' };

/**
 * What a URL of this service was made of, without its signature and its version; `null` for everything
 * else. Without options, a URL is read as `https://host/tenant/path`.
 */
export const extract = (url: string | Address, options?: GrantedOptions): Extracted | null =>
  readUrl(textOf(url), options);

/**
 * The URL of a source, under a grant; `src` is its path, or a URL of it. Throws `SignetError` for other
 * addresses, and for what the edge would refuse.
 */
export function generate(
  src: string | Address,
  operations: UnpicOperations,
  options?: GrantedOptions,
): string {
  const known = extract(src, options);
  const images = withGrant(options ?? known?.options ?? nowhere);
  return images.url(sourcePath(known?.src ?? textOf(src)), unpicRecipe(operations));
}

/** The same, for a URL that has operations already: those that are asked for take their places. */
export function transform(
  src: string | Address,
  operations: UnpicOperations,
  options?: GrantedOptions,
): string {
  const known = extract(src, options);
  if (known === null) return generate(src, operations, options);
  const merged = { ...known.operations, ...withoutUndefined(operations) };
  return generate(known.src, merged, { ...known.options, ...options });
}
