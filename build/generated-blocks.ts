import type { Command } from 'commander';
import * as v from 'valibot';
import { leaves } from '../cli/program.ts';
import { urlMistakes } from '../operator/explain/signing-hints.ts';
import { signingMistakes } from '../operator/explain/signing-mistakes.ts';
import { alarmTexts, describeCondition } from '../shared/deployment/alarms.ts';
import { foreignTypes } from '../shared/inspect/foreign/foreign-types.ts';
import { limits } from '../shared/limits.ts';
import type { Operation } from '../shared/operations/operation.ts';
import type { Parameter } from '../shared/operations/parameter.ts';
import { type OperationName, operationNames, rowOf } from '../shared/operations/table.ts';
import { policySchema } from '../shared/policy/schema.ts';
import { refusals } from '../shared/refusal.ts';
import { billTable } from './bill-table.ts';
import { code, header, row } from './markdown.ts';
import { deploymentTable, permissionTable, rightsTable } from './permission-tables.ts';

/** Parts of the documentation that are printed from the code they speak of. */

function operationsTable(): string {
  const rows = operationNames.map((name) => {
    const { summary, parameters, example } = rowOf(name);
    const letters = Object.keys(parameters).map((own) => `\`${own}\``);
    return row(`\`${name}\``, summary, letters.join(' '), `\`${example}\``);
  });
  return [header('operation', 'what it does', 'parameters', 'example'), ...rows].join('\n');
}

/** The names alone, in the order in which operations run. */
const operationList = (): string => operationNames.map(code).join(' · ');

/** The codes alone, by status. */
function errorList(): string {
  const byStatus = new Map<number, string[]>();
  for (const [name, { status }] of Object.entries(refusals))
    byStatus.set(status, [...(byStatus.get(status) ?? []), code(name)]);
  const sorted = [...byStatus].toSorted(([one], [other]) => one - other);
  return sorted.map(([status, names]) => `- ${status}: ${names.join(', ')}`).join('\n');
}

function parameterRow([name, { expects, about, fallback }]: readonly [string, Parameter]): string {
  return row(`\`${name}\``, about, expects, fallback === undefined ? '' : `\`${fallback}\``);
}

function alsoWritten({ aliases = [], parameterAliases = {} }: Operation): readonly string[] {
  const operations = aliases.map((one) => `\`${one}\``);
  const parameters = Object.entries(parameterAliases).map(
    ([alias, own]) => `\`${alias}\` for \`${own}\``,
  );
  const all = [...operations, ...parameters];
  return all.length === 0 ? [] : [`Also written ${all.join(', ')}.`];
}

/** All there is to say about an operation, as a section. */
function operationSection(name: OperationName): string {
  const operation = rowOf(name);
  const { summary, parameters, example, differs = [] } = operation;
  const rows = Object.entries(parameters).map(parameterRow);
  const table =
    rows.length === 0
      ? 'It has no parameters.'
      : [header('parameter', 'meaning', 'value', 'default'), ...rows].join('\n');
  return [
    `### \`${name}\``,
    summary,
    `\`${example}\``,
    table,
    ...alsoWritten(operation),
    ...(differs.length === 0 ? [] : [differs.map((one) => `- ${one}`).join('\n')]),
  ].join('\n\n');
}

const reference = (): string => operationNames.map(operationSection).join('\n\n');

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

/** The types of files that are refused, with the endings of their names. */
function foreignTable(): string {
  const rows = foreignTypes.map(({ name, endings = [], remedy }) =>
    row(name, endings.map((one) => code(`.${one}`)).join(' '), remedy),
  );
  return [header('the file is', 'its name ends in', 'what to do'), ...rows].join('\n');
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

/** The words of a command, its groups before it. */
function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null ? command.name() : `${nameOf(parent)} ${command.name()}`;
}

function commandTable(): string {
  const rows = leaves().map((one) => row(`\`${nameOf(one)}\``, one.description()));
  return [header('command', 'what it does'), ...rows].join('\n');
}

function mistakeTable(): string {
  const mistakes = new Set([...signingMistakes, ...urlMistakes]);
  const rows = [...mistakes].map((what) => row(...what.split('; ')));
  return [header('`explain` says', 'what to do'), ...rows].join('\n');
}

function alarmTable(): string {
  const rows = Object.entries(alarmTexts).map(([id, { condition, counts, means, todo }]) =>
    row(code(id), `${counts}: ${describeCondition(condition)}`, means, todo),
  );
  return [header('alarm', 'fires for', 'what it means', 'what to do'), ...rows].join('\n');
}

/** The blocks by the name that stands in their markers. */
export const blocks: Readonly<Record<string, () => string>> = {
  names: operationList,
  codes: errorList,
  operations: operationsTable,
  reference,
  errors: errorTable,
  foreign: foreignTable,
  policy: policyTable,
  cli: cliHelp,
  commands: commandTable,
  permissions: permissionTable,
  rights: rightsTable,
  deployment: deploymentTable,
  mistakes: mistakeTable,
  bill: billTable,
  alarms: alarmTable,
};
