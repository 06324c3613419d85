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

/** Hundreds of recipes and grants, and what all usual browsers accept. */
export const readingMemory: MemoryBytes = { grants: 300_000, recipes: 500_000, accepts: 100_000 };

/** What entries take in V8, as measured: objects, and so much for each character of their text. */
const sizeOfGrant = (_grant: Grant, text: string): number => 600 + 4 * text.length;
const sizeOfRecipe = (_recipe: WrittenRecipe, text: string): number => 600 + 4 * text.length;
const sizeOfAccept = ({ size }: Qualities, text: string): number =>
  400 + 2 * text.length + 60 * size;

/** A copy of its own: V8 cuts texts out of longer ones without copying, which keeps the whole URL or header alive. */
const copyText = (text: string): string => JSON.parse(JSON.stringify(text));

/** Returns what is held for a text, or makes it of a copy and holds both. What cannot be made throws and is not held. */
function recall<V>(held: BoundedCache<V>, text: string, make: (own: string) => V): V {
  const known = held.get(text);
  if (known !== undefined) return known;
  const own = copyText(text);
  const made = make(own);
  held.set(own, made);
  return made;
}

/**
 * Remembers grants whose signature was right, inside the key set that verified them: another set begins
 * empty. Times, scopes and policies are asked on every view.
 */
function rememberGrants(bytes: number): Reading['verifyGrant'] {
  const open = () => boundedCache(bytes, sizeOfGrant);
  let held = open();
  let of: Keyring | undefined;
  return (crypto, keyring, text, tenant) => {
    if (of !== keyring) [held, of] = [open(), keyring];
    return recall(held, `${tenant} ${text}`, () => verifyGrant(crypto, keyring, text, tenant));
  };
}

/** Begins with the spelling: operations in a path could be written like a query. */
const recipeKey = ({ operations, query }: AskedOperations): string =>
  query === undefined ? ` ${operations}` : `${query.name} ${query.value}`;

function rememberRecipes(bytes: number): Reading['parseWritten'] {
  const held = boundedCache(bytes, sizeOfRecipe);
  return ({ operations, query }) => {
    if (operations === undefined && query === undefined) return emptyRecipe;
    return recall(held, recipeKey({ operations, query }), (own) => {
      const text = own.slice(own.indexOf(' ') + 1);
      return query === undefined
        ? parseWritten({ operations: text, query })
        : parseWritten({ operations, query: { name: query.name, value: text } });
    });
  };
}

function rememberAccepts(bytes: number): Reading['readQualities'] {
  const held = boundedCache(bytes, sizeOfAccept);
  return (accept) => recall(held, accept, readQualities);
}

/** Makes the memory of a container. */
export function rememberedReading(bytes: MemoryBytes = readingMemory): Reading {
  return {
    verifyGrant: rememberGrants(bytes.grants),
    parseWritten: rememberRecipes(bytes.recipes),
    readQualities: rememberAccepts(bytes.accepts),
  };
}
