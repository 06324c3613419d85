import type { SpellingName } from '../../shared/recipe/spellings.ts';
import type { MintRequest } from '../../shared/request/mint.ts';
import { queryRecipe } from './address.ts';
import type { AskedUrl } from './check.ts';

/** Converts a URL of the client to a request for the edge's own minter. */
export function mintRequestOf({ tenant, path, operations, exp }: AskedUrl): MintRequest {
  const [, name, value = ''] = queryRecipe.exec(operations.join(' ')) ?? [];
  return name === undefined
    ? { tenant, path, operations, exp }
    : { tenant, path, operations: [], query: { name: name as SpellingName, value }, exp };
}
