import { type BoundedCache, boundedCache } from '../bounded-cache.ts';
import type { Keyring } from '../keys/keyring.ts';
import { type Qualities, readQualities } from '../operations/accept.ts';
import { emptyRecipe, type WrittenRecipe } from '../recipe/recipe.ts';
import { type AskedOperations, parseWritten } from '../recipe/request-url.ts';
import { type Grant, verifyGrant } from './grant.ts';
import type { Reading } from './reading.ts';

/*
 * What a container remembers between requests, bounded by bytes. The stages ask only after `verify`, so
 * requests without a valid credential neither fill nor empty it; a grant enters when it was verified.
 */

/** Bytes of memory for each kind of text. 0 remembers nothing. */
export type MemoryBytes = {
  readonly grants: number;
  readonly recipes: number;
  readonly accepts: number;
};

/** Some hundreds of each. */
export const readingMemory: MemoryBytes = { grants: 300_000, recipes: 500_000, accepts: 100_000 };

/** What an entry takes in V8, as measured: its objects, and so much for each character of its text. */
const sizes = {
  grant: { entry: 600, character: 4 },
  recipe: { entry: 600, character: 4 },
  accept: { entry: 400, character: 6 },
} as const;

const sizeOf =
  ({ entry, character }: { readonly entry: number; readonly character: number }) =>
  (_value: unknown, text: string): number =>
    entry + character * text.length;

/** Returns what is held for a text, or makes it and holds it. What cannot be made throws and is not held. */
function recall<V>(held: BoundedCache<V>, text: string, make: () => V): V {
  const known = held.get(text);
  if (known !== undefined) return known;
  const made = make();
  held.set(text, made);
  return made;
}

/**
 * Remembers grants whose signature was right, inside the key set that verified them: another set begins
 * empty. Times, scopes and policies are asked on every view.
 */
function rememberGrants(bytes: number): Reading['verifyGrant'] {
  const open = () => boundedCache<Grant>(bytes, sizeOf(sizes.grant));
  let held = open();
  let of: Keyring | undefined;
  return (crypto, keyring, text, tenant) => {
    if (of !== keyring) [held, of] = [open(), keyring];
    return recall(held, `${tenant} ${text}`, () => verifyGrant(crypto, keyring, text, tenant));
  };
}

/** A text is a key together with its spelling: operations in a path could be written like a query. */
const recipeKey = ({ operations, query }: AskedOperations): string =>
  query === undefined ? ` ${operations}` : `${query.name} ${query.value}`;

function rememberRecipes(bytes: number): Reading['parseWritten'] {
  const held = boundedCache<WrittenRecipe>(bytes, sizeOf(sizes.recipe));
  return (asked) => {
    const isEmpty = asked.operations === undefined && asked.query === undefined;
    return isEmpty ? emptyRecipe : recall(held, recipeKey(asked), () => parseWritten(asked));
  };
}

function rememberAccepts(bytes: number): Reading['readQualities'] {
  const held = boundedCache<Qualities>(bytes, sizeOf(sizes.accept));
  return (accept) => recall(held, accept, () => readQualities(accept));
}

/** Makes the memory of a container. */
export function rememberedReading(bytes: MemoryBytes = readingMemory): Reading {
  return {
    verifyGrant: rememberGrants(bytes.grants),
    parseWritten: rememberRecipes(bytes.recipes),
    readQualities: rememberAccepts(bytes.accepts),
  };
}
