import type { OperationName, OperationValues } from '../shared/operations/table.ts';
import type { Value } from '../shared/parameter.ts';
import { separator } from '../shared/target.ts';
import { operationNames, parametersOf } from './operations.ts';
import { SignetError } from './signet-error.ts';

/** An operation's values by their letters; the value alone where it has but one; true where it has none. */
export type Written<Name extends OperationName> = Partial<OperationValues<Name>> | Value | true;

/** What to make of a source, by the names of the operations table, or as in a URL: `['resize,w_400']`. */
export type Recipe =
  | readonly string[]
  | ({ readonly [Name in OperationName]?: Written<Name> } & { readonly preset?: string });

function printed(name: string, values: object): string {
  const known = parametersOf(name) ?? [];
  const parts = Object.entries(values).map(([letter, value]) => {
    if (!known.includes(letter))
      throw new SignetError('malformed', `${name} has no ${letter}; it has: ${known.join(' ')}`);
    return `,${letter}_${value}`;
  });
  return name + parts.join('');
}

function operation(name: string, written: unknown): string {
  if (name === 'preset') return `style,n_${written}`;
  const known = parametersOf(name);
  if (known === undefined)
    throw new SignetError(
      'malformed',
      `there is no operation ${name}; there are: ${operationNames.join(' ')}`,
    );
  if (written === true) return name;
  if (typeof written === 'object' && written !== null) return printed(name, written);
  const [sole, second] = known;
  if (sole === undefined || second !== undefined)
    throw new SignetError('malformed', `${name} takes its values by letters: ${known.join(' ')}`);
  return printed(name, { [sole]: written });
}

/** A recipe as the operations of a URL. Throws `malformed` for names that there are not. */
export function operationsOf(recipe: Recipe): readonly string[] {
  if (Array.isArray(recipe)) return recipe as readonly string[];
  return Object.entries(recipe).map(([name, written]) => operation(name, written));
}

/** The suffix behind a path. */
export const suffixOf = (operations: readonly string[]): string =>
  operations.map((one) => separator + one).join('');
