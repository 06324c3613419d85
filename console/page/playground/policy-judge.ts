import { decideNamingNearest } from '../../../shared/policy/nearest.ts';
import type { Policy } from '../../../shared/policy/policy.ts';
import { expandPreset } from '../../../shared/policy/policy.ts';
import { Refusal } from '../../../shared/refusal.ts';
import { requestedRecipe } from '../../../shared/request/mint.ts';
import { nameEveryFormat } from '../../../shared/request/stages.ts';

/** Why the edge would refuse a recipe: its code and its reason. */
export type Judgement = { readonly code: string; readonly reason: string };

/**
 * Asks the code of the edge, in the browser, whether the policy allows a recipe. Undefined if it does. Nothing is sent,
 * so it can be asked for every value of every control.
 */
export function judge(
  policy: Policy,
  path: string,
  operations: readonly string[],
): Judgement | undefined {
  const { tenant } = policy;
  const now = Math.floor(Date.now() / 1_000);
  try {
    const recipe = requestedRecipe({ tenant, path, operations, exp: undefined });
    const steps = expandPreset(policy, recipe);
    decideNamingNearest(policy, () => nameEveryFormat({ tenant, path, steps }, policy, now));
    return undefined;
  } catch (thrown) {
    if (thrown instanceof Refusal) return { code: thrown.code, reason: thrown.detail.reason };
    throw thrown;
  }
}
