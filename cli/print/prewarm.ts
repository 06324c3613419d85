import type { PrewarmResult } from '../../operator/prewarm/prewarm-list.ts';
import { countAllRefused, type Example, type PrewarmTally } from '../../operator/prewarm/tally.ts';
import { printCount, printNumber } from '../../operator/quantity.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';

/** How far a run has come, in one line. */
export function printPrewarmProgress(tally: PrewarmTally): string {
  const { already, failed, line, made, skipped } = tally;
  const bad = countAllRefused(tally) + failed;
  return `line ${printNumber(line)}: ${printNumber(made)} made, ${printNumber(already)} already stored, ${printNumber(skipped)} skipped, ${printNumber(bad)} refused or failed`;
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
    ...(others > 0 ? [`      and ${printNumber(others)} more`] : []),
  ];
}

function printEnd({ stateFile, stopped, tally }: PrewarmResult): readonly string[] {
  const { line, made, skipped } = tally;
  if (!stopped)
    return stateFile !== undefined && skipped > 0 && made === 0
      ? [`Derivatives recorded in ${stateFile} were not requested. After a purge, use --fresh.`]
      : [];
  const next =
    stateFile === undefined
      ? 'with --state FILE the next run can continue from there'
      : 'run it again to continue';
  return [`Stopped at line ${printNumber(line)}; ${next}.`];
}

/** The result of a run. */
export function printPrewarm(result: PrewarmResult): string {
  const { tally, tenant } = result;
  const { already, asked, failed, made, refused, skipped } = tally;
  const bad = [...refused, ...(failed > 0 ? [['failed', failed] as const] : [])];
  return [
    `${tenant}: ${printCount(asked, 'derivative')} requested`,
    `  made:           ${printNumber(made)}`,
    `  already stored: ${printNumber(already)}`,
    `  skipped:        ${printNumber(skipped)} (recorded by an earlier run, or listed twice)`,
    ...(bad.length > 0 ? ['  refused or failed'] : []),
    ...bad.flatMap(([of, count]) => printBad(tally, of, count)),
    ...printEnd(result),
  ].join('\n');
}

/** The result of a run as JSON; `keys` is null if nothing is recorded. */
export function prewarmJson({ keys, stopped, tally, tenant }: PrewarmResult) {
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
