import type { Operation } from '../shared/operations/operation.ts';
import type { Parameter, Value } from '../shared/operations/parameter.ts';
import { operationNames, rowOf } from '../shared/operations/table.ts';

/*
 * Generates the client's module about operations from the operations table: TypeScript types for recipes,
 * and the names that the client checks at run time. Values are not included, because the core has a limit
 * of 4,000 bytes.
 */

/** A valid value of the parameter. */
function sampleOf({ control }: Parameter): Value {
  if (control.control === 'number') return control.max;
  if (control.control === 'select') return control.options[0] ?? '';
  return control.control === 'color' ? 'FF0000' : 'a';
}

/** The fault that the row reports when only these values are given. */
function faultOf(row: Operation, values: Readonly<Record<string, Value>>): string | undefined {
  const fallbacks = Object.entries(row.parameters).map(([letter, one]) => [letter, one.fallback]);
  return row.check?.({ ...Object.fromEntries(fallbacks), ...values });
}

/** The parameter that the operation requires, if exactly one is required. */
function requiredLetter(row: Operation): string | undefined {
  if (faultOf(row, {}) === undefined) return undefined;
  const sufficient = Object.entries(row.parameters).filter(
    ([letter, one]) => faultOf(row, { [letter]: sampleOf(one) }) === undefined,
  );
  return sufficient.length === 1 ? sufficient[0]?.[0] : undefined;
}

/**
 * The parameter that a plain value sets, such as `quality: 60`. This is the first parameter, if it is valid alone
 * and is required or one of at most two. `crop: 100` would be valid, but its meaning is not obvious.
 */
function bareLetter(row: Operation): string | undefined {
  const [first, ...others] = Object.entries(row.parameters);
  if (first === undefined) return undefined;
  const [letter, parameter] = first;
  const enough = faultOf(row, { [letter]: sampleOf(parameter) }) === undefined;
  return enough && (others.length <= 1 || requiredLetter(row) === letter) ? letter : undefined;
}

function typeOf({ control }: Parameter): string {
  if (control.control === 'number') return 'number';
  if (control.control === 'color') return 'string';
  if (control.control === 'text') return 'string | number';
  return control.options.map((option) => `'${option}'`).join(' | ');
}

const property = (name: string): string => (/^[a-z]+$/.test(name) ? name : `'${name}'`);

function parameterLines(row: Operation): readonly string[] {
  const required = requiredLetter(row);
  return Object.entries(row.parameters).flatMap(([letter, one]) => [
    `    /** ${one.about}: ${one.expects} */`,
    `    readonly ${letter}${letter === required ? '' : '?'}: ${typeOf(one)};`,
  ]);
}

function typeLines(name: string, row: Operation): readonly string[] {
  const about = `  /** ${row.summary} */`;
  const head = `  readonly ${property(name)}?:`;
  const lines = parameterLines(row);
  if (lines.length === 0) return [about, `${head} true;`];
  const bare = row.parameters[bareLetter(row) ?? ''];
  const alone = bare === undefined ? '' : ` ${typeOf(bare)} |`;
  const withoutValues = row.withoutValues === true ? ' true |' : '';
  return [about, `${head}${withoutValues}${alone} {`, ...lines, '  };'];
}

/** The letters of an operation. Without a bare letter, an empty one is the first. */
function lettersIn(row: Operation): string {
  const names = [...Object.keys(row.parameters), ...Object.keys(row.parameterAliases ?? {})];
  const letters = bareLetter(row) === undefined && names.length > 0 ? ['', ...names] : names;
  return letters.join(' ');
}

/** The letters of each operation, for each of its names. */
const letterLists: readonly (readonly [name: string, letters: string])[] = [
  ...operationNames.flatMap((name) => {
    const row = rowOf(name);
    return [name, ...(row.aliases ?? [])].map((one) => [one, lettersIn(row)] as const);
  }),
  ['style', 'n'],
];

/** Returns the text of `client/lib/operations.ts`. */
export function clientOperations(): string {
  const rows = operationNames.map((name) => [name, rowOf(name)] as const);
  return `/* Generated from the operations table. To update it, run: npm run docs */

/** The operations of a recipe and their parameters. */
// biome-ignore format: generated
export type Operations = {
${rows.flatMap(([name, row]) => typeLines(name, row)).join('\n')}
};

/* Two texts, because they are smaller than an object. */
// biome-ignore format: generated
export const knownOperations: readonly string[] =
  '${letterLists.map(([name]) => name).join(' ')}'.split(' ');

/** The parameter letters of each operation. A leading space means that a plain value is not allowed. */
// biome-ignore format: generated
const letters: readonly string[] =
  '${letterLists.map(([, letters]) => letters).join()}'.split(',');

/**
 * The parameter letters of an operation. The first is set by a plain value, or is empty. Undefined for an
 * unknown operation.
 */
export const lettersOf = (name: string): readonly string[] | undefined =>
  letters[knownOperations.indexOf(name)]?.split(' ');
`;
}
