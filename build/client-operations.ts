import type { Operation } from '../shared/operations/operation.ts';
import type { Parameter, Value } from '../shared/operations/parameter.ts';
import { operationNames, rowOf } from '../shared/operations/table.ts';

/*
 * Writes what the client knows of the operations table, as a module: types for whoever writes a recipe,
 * and names, which is as much as four kilobytes have room for when it runs. Everything is asked of the
 * rows; nothing is written by hand.
 */

/** A value that the parameter takes. */
function sampleOf({ control }: Parameter): Value {
  if (control.control === 'number') return control.max;
  if (control.control === 'select') return control.options[0] ?? '';
  return control.control === 'color' ? 'FF0000' : 'a';
}

/** What the row says of itself when these values alone are given. */
function faultOf(row: Operation, given: Readonly<Record<string, Value>>): string | undefined {
  const fallbacks = Object.entries(row.parameters).map(([letter, one]) => [letter, one.fallback]);
  return row.check?.({ ...Object.fromEntries(fallbacks), ...given });
}

/** The one parameter without which the operation is malformed, if it is just one. */
function neededLetter(row: Operation): string | undefined {
  if (faultOf(row, {}) === undefined) return undefined;
  const curing = Object.entries(row.parameters).filter(
    ([letter, one]) => faultOf(row, { [letter]: sampleOf(one) }) === undefined,
  );
  return curing.length === 1 ? curing[0]?.[0] : undefined;
}

/**
 * The first parameter, where it is enough and the operation is about it: the only one or one of
 * two, or the one that is needed. `crop: 100` would be enough, and nobody's wish.
 */
function bareLetter(row: Operation): string | undefined {
  const [first, ...others] = Object.entries(row.parameters);
  if (first === undefined) return undefined;
  const [letter, parameter] = first;
  const enough = faultOf(row, { [letter]: sampleOf(parameter) }) === undefined;
  return enough && (others.length <= 1 || neededLetter(row) === letter) ? letter : undefined;
}

function typeOf({ control }: Parameter): string {
  if (control.control === 'number') return 'number';
  if (control.control === 'color') return 'string';
  if (control.control === 'text') return 'string | number';
  return control.options.map((option) => `'${option}'`).join(' | ');
}

const property = (name: string): string => (/^[a-z]+$/.test(name) ? name : `'${name}'`);

function parameterLines(row: Operation): readonly string[] {
  const needed = neededLetter(row);
  return Object.entries(row.parameters).flatMap(([letter, one]) => [
    `    /** ${one.about}: ${one.expects} */`,
    `    readonly ${letter}${letter === needed ? '' : '?'}: ${typeOf(one)};`,
  ]);
}

function typeLines(name: string, row: Operation): readonly string[] {
  const about = `  /** ${row.summary} */`;
  const head = `  readonly ${property(name)}?:`;
  const lines = parameterLines(row);
  if (lines.length === 0) return [about, `${head} true;`];
  const bare = row.parameters[bareLetter(row) ?? ''];
  const alone = bare === undefined ? '' : ` ${typeOf(bare)} |`;
  return [about, `${head}${alone} {`, ...lines, '  };'];
}

/** The letters of an operation under each of its names. */
function letterLines(name: string, row: Operation): readonly string[] {
  const names = [...Object.keys(row.parameters), ...Object.keys(row.parameterAliases ?? {})];
  const letters = bareLetter(row) === undefined && names.length > 0 ? ['', ...names] : names;
  return [name, ...(row.aliases ?? [])].map((one) => `  ${property(one)}: '${letters.join(' ')}',`);
}

/** The module, as it stands in `client/lib/operations.ts`. */
export function clientOperations(): string {
  const rows = operationNames.map((name) => [name, rowOf(name)] as const);
  return `/* Written from the operations table; to write it anew: npm run docs */

/** What can be made of a source, by the names of the operations. */
// biome-ignore format: written by a program
export type Operations = {
${rows.flatMap(([name, row]) => typeLines(name, row)).join('\n')}
};

/** The letters of each; a space before them says that no value can stand alone. */
const letters: Readonly<Record<string, string>> = {
${rows.flatMap(([name, row]) => letterLines(name, row)).join('\n')}
  style: 'n',
};

/**
 * The letters of an operation's parameters, first that of a value alone; nothing for an unknown one. What
 * every object has, such as its constructor, cannot be split.
 */
export const lettersOf = (name: string): readonly string[] | undefined =>
  letters[name]?.split?.(' ');

export const knownOperations: readonly string[] = Object.keys(letters);
`;
}
