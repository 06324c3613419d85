import { assertValid } from './lib/assert-valid.ts';
import { type GrantedOptions, withGrant } from './lib/granted-minter.ts';
import { sourcePath } from './lib/source-path.ts';
import { type UnpicOperations, unpicRecipe } from './lib/unpic-recipe.ts';
import { type Extracted, readUrl, withoutUndefined } from './lib/unpic-url.ts';

/*
 * A provider for unpic. Its options are those of `withGrant`: unpic also runs in browsers, which have no
 * signing key.
 */

export type { UnpicOperations } from './lib/unpic-recipe.ts';
export type { Extracted } from './lib/unpic-url.ts';

/** The part of `URL` that is used. A project without DOM types has no type `URL`. */
type Address = { readonly href: string };

function textOf(src: string | Address): string {
  const text = typeof src === 'string' ? src : src?.href;
  assertValid(typeof text === 'string', 'src must be text or a URL');
  return text;
}

/** The options of `withGrant`, and the format of URLs for which none is asked. */
export type UnpicOptions = GrantedOptions & {
  /** Reaches every URL of a `srcset`. unpic does not pass `format` in `operations` to those. Default: `auto`. */
  readonly format?: string;
};

const asked = (options?: UnpicOptions): UnpicOperations =>
  options?.format === undefined ? {} : { format: options.format };

/** Missing options. `withGrant` rejects them with a message that says what is missing. */
const noPlace: GrantedOptions = { url: '', tenant: '' };

/**
 * Reads the source path and the operations from a URL of this service, without its signature and
 * version. Returns `null` for any other URL. Without options, the URL must have the form
 * `https://host/tenant/path`.
 */
export const extract = (url: string | Address, options?: GrantedOptions): Extracted | null =>
  readUrl(textOf(url), options);

/**
 * Returns the URL of a source under a grant. `src` is the path of the source or one of its URLs. Throws
 * `SignetError` for the URL of another service and for a request that the edge would reject.
 */
export function generate(
  src: string | Address,
  operations: UnpicOperations,
  options?: UnpicOptions,
): string {
  const known = extract(src, options);
  const images = withGrant(options ?? known?.options ?? noPlace);
  const recipe = unpicRecipe({ ...asked(options), ...withoutUndefined(operations) });
  return images.url(sourcePath(known?.src ?? textOf(src)), recipe);
}

/** Like `generate`, but keeps the operations of a URL in `src` unless `operations` replaces them. */
export function transform(
  src: string | Address,
  operations: UnpicOperations,
  options?: UnpicOptions,
): string {
  const known = extract(src, options);
  if (known === null) return generate(src, operations, options);
  const merged = { ...known.operations, ...asked(options), ...withoutUndefined(operations) };
  return generate(known.src, merged, { ...known.options, ...options });
}
