import type { Policy } from '../../shared/policy/policy.ts';
import { Refusal } from '../../shared/refusal.ts';
import type { MintRequest } from '../../shared/request/mint.ts';
import { pathFault, separator } from '../../shared/url/path.ts';
import { OperatorFailure } from '../failure.ts';
import { readOperations, settledKeys } from '../recipe-input.ts';
import type { ListLine } from './list.ts';
import type { Example } from './tally.ts';

/** One derivative that the list asks for. */
export type Wanted = {
  readonly request: Omit<MintRequest, 'exp'>;
  readonly key: string;
  readonly accept: string | undefined;
  readonly example: Example;
};

/** What the policy or the grammar refuses: no request is spent on it. */
export type Unwanted = { readonly refused: string; readonly example: Example };

type Planning = {
  readonly tenant: string;
  readonly policy: Policy;
  /** What a line without operations is made into. */
  readonly recipes: readonly (readonly string[])[];
};

function toUnwanted(thrown: unknown, example: Example): Unwanted {
  if (thrown instanceof Refusal)
    return { refused: thrown.code, example: { ...example, reason: thrown.detail.reason } };
  if (thrown instanceof OperatorFailure)
    return { refused: 'malformed', example: { ...example, reason: thrown.message } };
  throw thrown;
}

const malformedLine = (line: number, reason: string): Unwanted => ({
  refused: 'malformed',
  example: { line, reason },
});

/** The derivatives that one line of a list stands for, and what is refused of it; `now` in seconds. */
export function planLine(
  line: ListLine,
  { tenant, policy, recipes }: Planning,
  now: number,
): readonly (Wanted | Unwanted)[] {
  if ('fault' in line) return [malformedLine(line.number, line.fault)];
  const { number, operations, path } = line;
  const fault = pathFault(path);
  if (fault !== undefined) return [malformedLine(number, fault)];
  return (operations.length > 0 ? [operations] : recipes).flatMap(
    (written): readonly (Wanted | Unwanted)[] => {
      const example = { line: number, path, recipe: written.join(separator) };
      try {
        const request = { tenant, path, ...readOperations(written) };
        const keys = settledKeys(policy, { ...request, exp: undefined }, now);
        return keys.map((one): Wanted => ({ request, example, ...one }));
      } catch (thrown) {
        return [toUnwanted(thrown, example)];
      }
    },
  );
}
