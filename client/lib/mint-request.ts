import type { SpellingName } from '../../shared/recipe/spellings.ts';
import type { MintRequest } from '../../shared/request/mint.ts';
import { spelling } from './address.ts';
import type { AskedUrl } from './check.ts';

/** What was asked for, as the edge's own grammar takes it. */
export function mintRequestOf({ tenant, path, operations, exp }: AskedUrl): MintRequest {
  const [, name, value = ''] = spelling.exec(operations.join(' ')) ?? [];
  return name === undefined
    ? { tenant, path, operations, exp }
    : { tenant, path, operations: [], query: { name: name as SpellingName, value }, exp };
}
