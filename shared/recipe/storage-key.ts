import { limits } from '../limits.ts';
import { malformed } from '../refusal.ts';
import { decodePath, encodePath, separator, sourceKey, splitPath } from '../url/path.ts';
import { utf8Bytes } from '../utf8.ts';
import { canonicalRecipe, type Recipe } from './canonical.ts';
import { parseOperations } from './recipe.ts';

/** An image to make: a source and a recipe whose format is decided. */
export type Derivative = {
  readonly tenant: string;
  readonly path: string;
  readonly recipe: Recipe;
};

/** The key of a derivative in the bucket, and the same key as a CloudFront path. */
export type DerivativeKey = { readonly key: string; readonly uri: string };

/** The common prefix of the keys of all derivatives of a source. */
export function derivativePrefix(source: Pick<Derivative, 'tenant' | 'path'>): string {
  return `${sourceKey(source)}${separator}`;
}

/**
 * The key of a derivative. Equal images have one key, because its parts are canonical. Throws
 * `malformed` if it is too long.
 */
export function derivativeKey(derivative: Derivative): DerivativeKey {
  const key = `${sourceKey(derivative)}${separator}${derivative.recipe.text}`;
  // A UTF-16 unit takes at most three bytes in UTF-8.
  if (key.length * 3 > limits.keyBytes && utf8Bytes(key) > limits.keyBytes)
    throw malformed(`the key is longer than ${limits.keyBytes} bytes`);
  return { key, uri: `/${encodePath(key)}` };
}

/** The key of an image always ends with a format, even if the recipe names none. */
const maxOperationsInKey = limits.operations + 1;

/**
 * Reads a key. Throws `malformed` unless printing it gives the same bytes, so that no derivative is
 * stored under a second key.
 */
export function parseKey(uri: string): Derivative {
  const { tenant, path, operations } = splitPath(decodePath(uri));
  const { steps, preset } = parseOperations(operations ?? '', maxOperationsInKey);
  const derivative = { tenant, path, recipe: canonicalRecipe(steps) };
  const settled = preset === undefined && derivative.recipe.format !== 'auto';
  if (!settled || derivativeKey(derivative).uri !== uri)
    throw malformed('the key is not in canonical form');
  return derivative;
}
