import { parseKey } from '../../shared/recipe/storage-key.ts';
import { type MintRequest, mintTarget } from '../../shared/request/mint.ts';
import { encodePath, separator } from '../../shared/url/path.ts';

/** The request that the derivative with a key answers; undefined if no URL can name it. */
export function requestFor(key: string): Omit<MintRequest, 'exp'> | undefined {
  try {
    const { path, recipe, tenant } = parseKey(`/${encodePath(key)}`);
    const request = { tenant, path, operations: recipe.text.split(separator) };
    mintTarget({ ...request, exp: undefined });
    return request;
  } catch {
    return undefined;
  }
}
