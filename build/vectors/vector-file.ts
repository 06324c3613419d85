/*
 * Vector files in the format of C2SP/wycheproof, so that its test runners can read them.
 */

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json };

/** The meaning of a flag, and the kind of bug if its tests fail. */
export type Note = { readonly bugType: string; readonly description: string };
export type Notes = Readonly<Record<string, Note>>;

export type Vector = {
  readonly comment: string;
  readonly flags: readonly string[];
  readonly [name: string]: Json;
  readonly result: 'valid' | 'invalid';
};

export type Group = { readonly type: string; readonly tests: readonly Vector[] };

export type Contents = {
  readonly algorithm: string;
  readonly header: readonly string[];
  readonly notes: Notes;
  readonly groups: readonly Group[];
};

const generatorVersion = '1.0';

/** Throws unless every flag has a note and every note has a test. */
function checkFlags({ notes, groups }: Contents): void {
  const used = new Set(groups.flatMap(({ tests }) => tests.flatMap(({ flags }) => flags)));
  const unexplained = [...used].filter((flag) => notes[flag] === undefined);
  const unused = Object.keys(notes).filter((flag) => !used.has(flag));
  if (unexplained.length > 0) throw new Error(`no note explains ${unexplained.join(', ')}`);
  if (unused.length > 0) throw new Error(`no test has the flag ${unused.join(', ')}`);
}

/** Returns the text of a vector file, with its tests numbered and formatted as Biome formats JSON. */
export function vectorFile(contents: Contents): string {
  checkFlags(contents);
  const { algorithm, header, notes, groups } = contents;
  const all = groups.flatMap(({ tests }) => tests);
  const numbered = new Map(all.map((test, at) => [test, { tcId: at + 1, ...test }]));
  const file = {
    algorithm,
    generatorVersion,
    numberOfTests: all.length,
    header,
    notes,
    testGroups: groups.map(({ type, tests }) => ({
      type,
      tests: tests.map((test) => numbered.get(test) ?? test),
    })),
  };
  return `${printJson(file, '', 0)}\n`;
}

const width = 100;
const escapeUnit = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Prints ASCII only, so that no editor or checkout can change the Unicode form of a path. */
const printAscii = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, escapeUnit);

/** Prints JSON as Biome formats it. `taken` is the number of characters before it on the line. */
function printJson(value: Json, indent: string, taken: number): string {
  if (typeof value !== 'object' || value === null) return printAscii(value);
  const deeper = `${indent}  `;
  if (isList(value)) return printList(value, indent, taken);
  const members = Object.entries(value).map(([name, member]) => {
    const before = `${deeper}${printAscii(name)}: `;
    return before + printJson(member, deeper, before.length);
  });
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** Prints a list on one line if it fits with its comma and has only simple members. */
function printList(list: readonly Json[], indent: string, taken: number): string {
  const deeper = `${indent}  `;
  const line = `[${list.map((one) => printAscii(one)).join(', ')}]`;
  const flat = list.every((one) => typeof one !== 'object' || one === null);
  if (flat && taken + line.length + 1 <= width) return line;
  const items = list.map((one) => deeper + printJson(one, deeper, deeper.length));
  return `[\n${items.join(',\n')}\n${indent}]`;
}
