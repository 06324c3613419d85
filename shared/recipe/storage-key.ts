import { limits } from '../limits.ts';
import { malformed } from '../refusal.ts';
import { decodePath, encodePath, separator, sourceKey, splitPath } from '../url/path.ts';
import { utf8Bytes } from '../utf8.ts';
import { canonicalRecipe, type Recipe } from './canonical.ts';
import { parseOperations } from './recipe.ts';

/** A source and what is to be made of it; the format is settled. */
export type Derivative = {
  readonly tenant: string;
  readonly path: string;
  readonly recipe: Recipe;
};

/** Where a derivative lies: its key in the bucket, and the same as a path of CloudFront. */
export type DerivativeKey = { readonly key: string; readonly uri: string };

/** The prefix that everything made from one source shares. */
export function derivativePrefix(source: Pick<Derivative, 'tenant' | 'path'>): string {
  return `${sourceKey(source)}${separator}`;
}

/** Names a derivative. One request, one key: its parts are canonical and parted unambiguously. */
export function derivativeKey(derivative: Derivative): DerivativeKey {
  const key = `${sourceKey(derivative)}${separator}${derivative.recipe.text}`;
  // A UTF-16 unit is three bytes of UTF-8 at most.
  if (key.length * 3 > limits.keyBytes && utf8Bytes(key) > limits.keyBytes)
    throw malformed(`the key is longer than ${limits.keyBytes} bytes`);
  return { key, uri: `/${encodePath(key)}` };
}

/** A key ends in the format, whether it was written or not. */
const inKey = limits.operations + 1;

/**
 * Reads a key back. Throws `malformed` unless printing it gives the same bytes again, so that
 * nothing is ever made under a second name.
 */
export function parseKey(uri: string): Derivative {
  const { tenant, path, operations } = splitPath(decodePath(uri));
  const { steps, preset } = parseOperations(operations ?? '', inKey);
  const derivative = { tenant, path, recipe: canonicalRecipe(steps) };
  const settled = preset === undefined && derivative.recipe.format !== 'auto';
  if (!settled || derivativeKey(derivative).uri !== uri)
    throw malformed('the key is not in canonical form');
  return derivative;
}
