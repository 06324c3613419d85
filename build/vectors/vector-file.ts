/*
 * Vectors in the shape of C2SP/wycheproof, so that whoever has run its files can run these.
 */

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json };

/** What a flag stands for, and what goes wrong where its tests fail. */
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

/** A flag that nobody explains helps nobody, and a note that no test bears is out of date. */
function checkFlags({ notes, groups }: Contents): void {
  const borne = new Set(groups.flatMap(({ tests }) => tests.flatMap(({ flags }) => flags)));
  const unexplained = [...borne].filter((flag) => notes[flag] === undefined);
  const unused = Object.keys(notes).filter((flag) => !borne.has(flag));
  if (unexplained.length > 0) throw new Error(`no note explains ${unexplained.join(', ')}`);
  if (unused.length > 0) throw new Error(`no test has the flag ${unused.join(', ')}`);
}

/** The text of a vector file: its tests numbered, counted, and printed as Biome would. */
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
const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Escaped down to ASCII, so that no editor, diff or checkout turns one normal form into another. */
const ascii = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, escaped);

/** Prints JSON as the formatter of this repository does; `taken` is what stands before it. */
function printJson(value: Json, indent: string, taken: number): string {
  if (typeof value !== 'object' || value === null) return ascii(value);
  const deeper = `${indent}  `;
  if (isList(value)) return printList(value, indent, taken);
  const members = Object.entries(value).map(([name, member]) => {
    const before = `${deeper}${ascii(name)}: `;
    return before + printJson(member, deeper, before.length);
  });
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** On one line where it fits with its comma, and holds nothing that has lines of its own. */
function printList(list: readonly Json[], indent: string, taken: number): string {
  const deeper = `${indent}  `;
  const line = `[${list.map((one) => ascii(one)).join(', ')}]`;
  const flat = list.every((one) => typeof one !== 'object' || one === null);
  if (flat && taken + line.length + 1 <= width) return line;
  const items = list.map((one) => deeper + printJson(one, deeper, deeper.length));
  return `[\n${items.join(',\n')}\n${indent}]`;
}
