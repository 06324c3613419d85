import { setImmediate } from 'node:timers/promises';
import type { Policy } from '../../shared/policy/policy.ts';
import { drawingOperations, type PolicyCost, policyCost } from './policy-cost.ts';
import { type Count, countStepsInParts, countStepsQuickly } from './step-count.ts';

/** When to end a count early. `clock` is in milliseconds. */
export type CountLimits = {
  readonly milliseconds: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: () => number;
};

/** Counts one operation between other work; undefined once `isOver`. */
async function countBetween(
  parts: ReturnType<typeof countStepsInParts>,
  isOver: () => boolean,
): Promise<Count | undefined> {
  for (let next = parts.next(); ; next = parts.next()) {
    if (next.done === true) return next.value;
    await setImmediate();
    if (isOver()) return undefined;
  }
}

/**
 * Counts like `policyCost`, in parts, so that a server can answer in between. What is not counted when the time is over or the
 * signal aborts is counted quickly, so the result is a lower bound then.
 */
export async function pausedPolicyCost(
  policy: Policy,
  { milliseconds, signal, clock = Date.now }: CountLimits,
): Promise<PolicyCost> {
  const end = clock() + milliseconds;
  const isOver = (): boolean => signal?.aborted === true || clock() >= end;
  const counts = new Map<string, Count>();
  for (const name of drawingOperations) {
    const rules = policy.presetsOnly ? [] : (policy.rules.get(name) ?? []);
    const found = isOver() ? undefined : await countBetween(countStepsInParts(name, rules), isOver);
    counts.set(name, found ?? countStepsQuickly(name, rules));
  }
  return policyCost(policy, (name, rules) => counts.get(name) ?? countStepsQuickly(name, rules));
}
