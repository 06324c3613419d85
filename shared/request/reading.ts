import { type Qualities, readQualities } from '../operations/accept.ts';
import { emptyRecipe, parseOperations, type WrittenRecipe } from '../recipe/recipe.ts';
import type { SplitUrl } from '../recipe/request-url.ts';
import { parseQueryRecipe } from '../recipe/spellings.ts';
import { verifyGrant } from './grant.ts';

/** Operations as written, in any spelling. */
export type WrittenOperations = Pick<SplitUrl, 'operations' | 'query'>;

/** Reads the operations in any spelling. Throws `malformed`. */
export function parseWritten({ operations, query }: WrittenOperations): WrittenRecipe {
  if (query !== undefined) return parseQueryRecipe(query);
  return operations === undefined ? emptyRecipe : parseOperations(operations);
}

/**
 * The parts of a decision that depend on texts alone and not on a policy or a time. So they may be
 * remembered, and every version of them decides the same.
 */
export type Reading = {
  readonly verifyGrant: typeof verifyGrant;
  readonly parseWritten: typeof parseWritten;
  readonly readQualities: (accept: string) => Qualities;
};

/** Remembers nothing. */
export const plainReading: Reading = { verifyGrant, parseWritten, readQualities };
