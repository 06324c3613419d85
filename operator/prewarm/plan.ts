import type { Policy } from '../../shared/policy/policy.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { MintRequest } from '../../shared/request/mint.ts';
import { pathFault, separator } from '../../shared/url/path.ts';
import { OperatorFailure } from '../failure.ts';
import { readOperations, settledKeys } from '../mint/recipe-input.ts';
import type { ListLine } from './list.ts';
import type { Example } from './tally.ts';

/** One derivative that the list asks for. */
export type PlannedDerivative = {
  readonly request: Omit<MintRequest, 'exp'>;
  readonly key: string;
  readonly accept: string | undefined;
  readonly example: Example;
};

/** A line that the policy or the grammar refuses. It is not requested. */
export type RefusedLine = { readonly refused: string; readonly example: Example };

type PlanOptions = {
  readonly tenant: string;
  readonly policy: Policy;
  /** What to make for a line without operations. */
  readonly recipes: readonly (readonly string[])[];
};

function toRefusedLine(thrown: unknown, example: Example): RefusedLine {
  if (thrown instanceof Refusal)
    return { refused: thrown.code, example: { ...example, reason: thrown.detail.reason } };
  if (thrown instanceof OperatorFailure)
    return { refused: 'malformed', example: { ...example, reason: thrown.message } };
  throw thrown;
}

const malformedLine = (line: number, reason: string): RefusedLine => ({
  refused: 'malformed',
  example: { line, reason },
});

/** The derivatives that one line asks for, and the refusals. `now` is in seconds. */
export function planLine(
  line: ListLine,
  { tenant, policy, recipes }: PlanOptions,
  now: number,
): readonly (PlannedDerivative | RefusedLine)[] {
  if ('fault' in line) return [malformedLine(line.number, line.fault)];
  const { number, operations, path } = line;
  const fault = pathFault(path);
  if (fault !== undefined) return [malformedLine(number, fault)];
  return (operations.length > 0 ? [operations] : recipes).flatMap(
    (written): readonly (PlannedDerivative | RefusedLine)[] => {
      const example = { line: number, path, recipe: written.join(separator) };
      try {
        const request = { tenant, path, ...readOperations(written) };
        const keys = settledKeys(policy, { ...request, exp: undefined }, now);
        return keys.map((one): PlannedDerivative => ({ request, example, ...one }));
      } catch (thrown) {
        return [toRefusedLine(thrown, example)];
      }
    },
  );
}
