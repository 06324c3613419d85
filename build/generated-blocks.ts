import type { Command } from 'commander';
import * as v from 'valibot';
import { leaves } from '../cli/program.ts';
import { limits } from '../shared/limits.ts';
import { operationNames, rowOf } from '../shared/operations/table.ts';
import type { Parameter } from '../shared/parameter.ts';
import { policySchema } from '../shared/policy-schema.ts';
import { refusals } from '../shared/refusal.ts';

/** Parts of the documentation that are printed from the code they speak of. */

const cell = (text: string): string => text.replaceAll('|', '\\|');
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const header = (...cells: readonly string[]): string =>
  `${row(...cells)}\n${row(...cells.map(() => '---'))}`;

function parameterLine([name, { expects, about, fallback }]: readonly [string, Parameter]): string {
  const without = fallback === undefined ? '' : ` (default ${fallback})`;
  return `\`${name}\` ${about}: ${expects}${without}`;
}

function operationsTable(): string {
  const rows = operationNames.map((name) => {
    const { summary, parameters, example, differs, aliases = [] } = rowOf(name);
    const also = aliases.length === 0 ? '' : ` Also written \`${aliases.join('`, `')}\`.`;
    const lines = Object.entries(parameters).map(parameterLine);
    const what = [`${summary}${also}`, ...(differs === undefined ? [] : [`*${differs}*`])];
    return row(`\`${name}\``, what.join('<br>'), lines.join('<br>'), `\`${example}\``);
  });
  return [header('operation', 'what it does', 'parameters', 'example'), ...rows].join('\n');
}

function errorTable(): string {
  const rows = Object.entries(refusals).map(([code, { status, cached, meaning, remedy }]) =>
    row(
      `\`${code}\``,
      String(status),
      cached ? `${limits.sourceRefusalSeconds} s` : 'no',
      meaning,
      remedy,
    ),
  );
  return [header('code', 'status', 'cached', 'what it means', 'what to do'), ...rows].join('\n');
}

type Described = {
  readonly type?: string;
  readonly entries?: Readonly<Record<string, Described>>;
  readonly wrapped?: Described;
  readonly default?: unknown;
};

/** A field that only groups others has no line of its own. */
function policyRows(schema: Described, path: string): readonly string[] {
  const inner = schema.wrapped ?? schema;
  const about = v.getDescription(inner as v.GenericSchema);
  if (about === undefined)
    return Object.entries(inner.entries ?? {}).flatMap(([name, entry]) =>
      policyRows(entry, path === '' ? name : `${path}.${name}`),
    );
  const without = schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
  return [row(`\`${path}\``, about, without)];
}

function policyTable(): string {
  const rows = policyRows(policySchema as unknown as Described, '');
  return [header('field', 'meaning', 'default'), ...rows].join('\n');
}

function commandHelp(command: Command): string {
  return command.configureHelp({ helpWidth: 100 }).helpInformation().trimEnd();
}

function cliHelp(): string {
  return ['```text', leaves().map(commandHelp).join('\n\n'), '```'].join('\n');
}

/** The blocks by the name that stands in their markers. */
export const blocks: Readonly<Record<string, () => string>> = {
  operations: operationsTable,
  errors: errorTable,
  policy: policyTable,
  cli: cliHelp,
};
