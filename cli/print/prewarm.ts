import type { Example, PrewarmTally } from '../../operator/prewarm/tally.ts';
import { refusedInAll } from '../../operator/prewarm/tally.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import { printCount, printNumber } from '../base/quantity.ts';

/** How a run ended: the end of the list, or earlier. */
export type PrewarmEnd = {
  readonly tenant: string;
  readonly stopped: boolean;
  /** Where it is remembered what is made. */
  readonly stateFile: string | undefined;
  /** How many derivatives are remembered there. */
  readonly keys: number | undefined;
};

/** How far a run has come, in one line. */
export function prewarmSoFar(tally: PrewarmTally): string {
  const { already, failed, line, made, skipped } = tally;
  const bad = refusedInAll(tally) + failed;
  return `line ${printNumber(line)}: ${printNumber(made)} made, ${printNumber(already)} there already, ${printNumber(skipped)} skipped, ${printNumber(bad)} refused or failed`;
}

function printExample({ line, path, recipe, reason }: Example): string {
  const words = [...(path === undefined ? [] : [path]), ...(recipe ? [recipe] : [])];
  const what = [...(words.length > 0 ? [words.join(' ')] : []), ...(reason ? [reason] : [])];
  return `      line ${printNumber(line)}: ${escapeForTerminal(what.join(': ')).slice(0, 300)}`;
}

function printBad(tally: PrewarmTally, of: string, count: number): readonly string[] {
  const examples = tally.examples.get(of) ?? [];
  const others = count - examples.length;
  return [
    `    ${of}: ${printNumber(count)}`,
    ...examples.map(printExample),
    ...(others > 0 ? [`      and ${printCount(others, 'other')}`] : []),
  ];
}

function printEnd(
  { line, made, skipped }: PrewarmTally,
  { stateFile, stopped }: PrewarmEnd,
): readonly string[] {
  if (!stopped)
    return stateFile !== undefined && skipped > 0 && made === 0
      ? [`What ${stateFile} remembers was not asked for; after a purge run it with --fresh.`]
      : [];
  const next =
    stateFile === undefined
      ? 'give --state FILE to go on from where it stopped the next time'
      : 'run it again to go on';
  return [`Stopped at line ${printNumber(line)}; ${next}.`];
}

/** The result for people. */
export function printPrewarm(tally: PrewarmTally, end: PrewarmEnd): string {
  const { already, asked, failed, made, refused, skipped } = tally;
  const bad = [...refused, ...(failed > 0 ? [['failed', failed] as const] : [])];
  return [
    `${end.tenant}: ${printCount(asked, 'derivative')} asked for`,
    `  made:          ${printNumber(made)}`,
    `  there already: ${printNumber(already)}`,
    `  skipped:       ${printNumber(skipped)} (made in another run, or named twice)`,
    ...(bad.length > 0 ? ['  refused or failed'] : []),
    ...bad.flatMap(([of, count]) => printBad(tally, of, count)),
    ...printEnd(tally, end),
  ].join('\n');
}

/** The result for programs; `keys` is null where nothing is remembered. */
export function prewarmJson(tally: PrewarmTally, { keys, stopped, tenant }: PrewarmEnd) {
  const { already, asked, examples, failed, line, made, refused, skipped } = tally;
  return {
    tenant,
    asked,
    made,
    already,
    skipped,
    refused: Object.fromEntries(refused),
    failed,
    keys: keys ?? null,
    lines: line,
    stopped,
    examples: Object.fromEntries(examples),
  };
}
