import type { Owner, OwnerNotes } from '../operations/operation.ts';
import { findOperation, rowOf } from '../operations/table.ts';
import { droppedOperations } from '../operations/unserved.ts';
import { canonicalRecipe, type Recipe } from './canonical.ts';
import { missingDefaults, splitOperation, splitPair } from './dialect.ts';
import { ownerOperations, parseQueryRecipe, type QueryRecipe, spellings } from './spellings.ts';

function noteOf({ parameters = {} }: OwnerNotes, pair: string): string {
  const [name, value] = splitPair(pair);
  const note = (Object.hasOwn(parameters, name) ? parameters[name] : undefined) ?? '';
  return typeof note === 'string' ? note : note(value);
}

/** A default of the owner that has no effect in the canonical recipe is not worth a note. */
function notesOf(written: string, owner: Owner, { steps }: Recipe): readonly string[] {
  const operation = splitOperation(written, owner);
  const name = findOperation(operation.called);
  const notes = name === undefined ? undefined : rowOf(name).notes?.[owner];
  if (notes === undefined) return [];
  const { values = {} } = steps.find((step) => step.name === name) ?? {};
  const missing = missingDefaults(operation).filter(
    ([own, value]) => String(values[own]) === value,
  );
  const all = [
    notes.always ?? '',
    ...operation.pairs.map((pair) => noteOf(notes, pair)),
    ...missing.map(([own]) => notes.defaults?.[own] ?? ''),
  ];
  return all.filter((note) => note !== '').map((note) => `${operation.called}: ${note}`);
}

/**
 * Says where the answer to a recipe of OSS or BOS differs from what its owner documents, one sentence
 * each. Throws `malformed`. No view needs it; `mint` and `explain` print it.
 */
export function queryNotes(query: QueryRecipe): readonly string[] {
  const recipe = canonicalRecipe(parseQueryRecipe(query).steps);
  const { owner } = spellings[query.name];
  return ownerOperations(query).flatMap((written) => {
    const dropped = droppedOperations.get(written);
    return dropped === undefined ? notesOf(written, owner, recipe) : [`${written}: ${dropped}`];
  });
}
