import { parseArgs } from 'node:util';
import type { Table } from './table.ts';

/** What was asked for, or a text to print and the code to exit with. */
export type CommandLine =
  | { readonly tables: readonly Table[]; readonly json: boolean; readonly page: boolean }
  | { readonly text: string; readonly code: 0 | 2 };

const options = {
  json: { type: 'boolean', default: false },
  'no-page': { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

function help(tables: readonly Table[]): string {
  const width = Math.max(...tables.map(({ name }) => name.length));
  const listed = tables.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`);
  return `Usage: npm run bench [-- TABLE... [OPTIONS]]

Measures all tables, or the named ones, and writes them to docs/performance.md.

Tables:
${listed.join('\n')}

Options:
  --json     prints the figures as JSON
  --no-page  leaves docs/performance.md as it is
  --help     prints this
`;
}

const wrongUse = (reason: string): CommandLine => ({
  text: `bench: ${reason}; npm run bench -- --help lists tables and options\n`,
  code: 2,
});

/** Reads the arguments of `npm run bench`. */
export function readCommandLine(args: readonly string[], tables: readonly Table[]): CommandLine {
  let parsed: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    parsed = parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : '';
    return wrongUse(reason.split(/[.;] /)[0] ?? reason);
  }
  const { values, positionals } = parsed;
  if (values.help) return { text: help(tables), code: 0 };
  const unknown = positionals.find((name) => !tables.some((table) => table.name === name));
  const known = tables.map(({ name }) => name).join(', ');
  if (unknown !== undefined)
    return wrongUse(`there is no table ${JSON.stringify(unknown)}, only ${known}`);
  const chosen = tables.filter(({ name }) => positionals.includes(name));
  return {
    tables: positionals.length === 0 ? tables : chosen,
    json: values.json,
    page: !values['no-page'],
  };
}
