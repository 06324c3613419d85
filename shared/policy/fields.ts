import { operationNames, rowOf } from '../operations/table.ts';
import { parseOperations, type RecipeStep } from '../recipe/recipe.ts';
import { policySchema } from './schema.ts';

/*
 * The fields of a policy as a list of dotted names. Deployed functions announce the fields that they can
 * read, so that a newer command line does not publish a policy that they would reject.
 */

type Nested = {
  readonly type?: string;
  readonly entries?: Readonly<Record<string, Nested>>;
  readonly wrapped?: Nested;
};

function namesIn(schema: Nested, path: string): readonly string[] {
  const inner = schema.wrapped ?? schema;
  const own = path === '' ? [] : [path];
  const fields = Object.entries(inner.entries ?? {}).flatMap(([name, entry]) =>
    namesIn(entry, path === '' ? name : `${path}.${name}`),
  );
  return [...own, ...fields];
}

const operationFields: readonly string[] = operationNames.flatMap((name) => [
  `operations.${name}`,
  ...Object.keys(rowOf(name).parameters).map((own) => `operations.${name}.${own}`),
]);

/** Every field that this version can read, such as `operations.resize.w`. */
export function policyFields(): readonly string[] {
  const named = namesIn(policySchema as unknown as Nested, '');
  return [...new Set([...named, ...operationFields])];
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const keysOf = (value: unknown): readonly string[] => (isGroup(value) ? Object.keys(value) : []);

function fieldsOfRules(name: string, rules: unknown): readonly string[] {
  const parameters = [rules].flat().flatMap(keysOf);
  return [`operations.${name}`, ...parameters.map((own) => `operations.${name}.${own}`)];
}

function fieldsOfStep({ name, values }: RecipeStep): readonly string[] {
  const named = Object.entries(rowOf(name).parameters).filter(
    ([own, { fallback }]) => values[own] !== fallback,
  );
  return [`operations.${name}`, ...named.map(([own]) => `operations.${name}.${own}`)];
}

/** The fields that a valid document uses, including the operations in its presets. */
export function fieldsUsed(document: Readonly<Record<string, unknown>>): readonly string[] {
  const { operations, presets, ...others } = document;
  const rules = isGroup(operations) ? Object.entries(operations) : [];
  const recipes = isGroup(presets) ? Object.values(presets).map(String) : [];
  return [
    ...Object.keys(document),
    ...Object.entries(others).flatMap(([group, value]) =>
      keysOf(value).map((name) => `${group}.${name}`),
    ),
    ...rules.flatMap(([name, rule]) => fieldsOfRules(name, rule)),
    ...recipes.flatMap((text) => parseOperations(text).steps.flatMap(fieldsOfStep)),
  ];
}

/** The fields of a valid document that are not in the list `known`. */
export function fieldsUnknownTo(
  known: readonly string[],
  document: Readonly<Record<string, unknown>>,
): readonly string[] {
  return [...new Set(fieldsUsed(document))].filter((field) => !known.includes(field));
}
