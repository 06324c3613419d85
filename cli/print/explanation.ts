import type { ExplainedStage, Explanation } from '../../operator/explain/explanation.ts';
import { printJson } from '../../shared/terminal.ts';

const printValue = (value: unknown): string =>
  typeof value === 'string' && !value.includes('\n') ? value : printJson(value);

const printStage = ({ stage, ok, data }: ExplainedStage): readonly string[] => [
  `  ${ok ? '✓' : '✗'} ${stage}`,
  ...Object.entries(data).map(([name, value]) => `      ${name}: ${printValue(value)}`),
];

function printRefusal({ code, reason, rule, allowed }: NonNullable<Explanation['refusal']>) {
  return [
    `Refused: ${code}: ${reason}`,
    ...(rule === null ? [] : [`  rule: ${rule}`]),
    ...(allowed === null ? [] : [`  allowed: ${printJson(allowed)}`]),
  ].join('\n');
}

function printEnding({ key, stored, refusal }: Explanation): string {
  if (refusal !== undefined) return printRefusal(refusal);
  if (key === undefined)
    return 'The signature is valid. The policy was not asked: unset SIGNET_KEY, or pass --target';
  return stored
    ? `Served as ${key}`
    : `Will be made as ${key}. Whether the source can be drawn was not tried`;
}

/** Prints the explanation as text. */
export function printExplanation(explanation: Explanation): string {
  return [...explanation.stages.flatMap(printStage), printEnding(explanation)].join('\n');
}
