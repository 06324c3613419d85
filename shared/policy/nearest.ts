import { type OperationName, rowOf } from '../operations/table.ts';
import type { RecipeStep, StepValues } from '../recipe/recipe.ts';
import { Refusal } from '../refusal.ts';
import type { Policy } from './policy.ts';
import { hasValue, isRange, type Member, type RuleTest, type ValueSet } from './value-set.ts';

/* The operation that a policy allows and that is nearest to one that it denies. For people; the edge does not need it. */

/** A member of a set, and how far it is from the value that was asked for. 1 or more if it is of another kind. */
type Near = { readonly member: Member; readonly distance: number };

function nearestInRange(
  { min, max, step }: { min: number; max: number; step: number },
  to: Member,
) {
  if (typeof to !== 'number') return min;
  const last = max - ((max - min) % step);
  return Math.min(last, min + Math.max(0, Math.round((to - min) / step)) * step);
}

/** The relative difference of two numbers, below 1. */
function distanceOf(one: Member, other: Member): number {
  if (one === other) return 0;
  if (typeof one !== 'number' || typeof other !== 'number') return 1;
  return Math.abs(one - other) / (Math.abs(one) + Math.abs(other) + 1);
}

function nearestMember(values: ValueSet, asked: Member): Near {
  const members = isRange(values) ? [nearestInRange(values, asked)] : values;
  const [first = null] = members;
  const start = { member: first, distance: distanceOf(first, asked) };
  return members.reduce<Near>((best, member) => {
    const distance = distanceOf(member, asked);
    return distance < best.distance ? { member, distance } : best;
  }, start);
}

type NearStep = { readonly values: Readonly<Record<string, Member>>; readonly distance: number };

/** Moves every value that the rule does not allow to the nearest that it allows. */
function moveToRule(test: RuleTest, asked: StepValues): NearStep {
  const values: Record<string, Member> = {};
  let distance = 0;
  for (const [own, allowed] of test) {
    const value = asked[own] ?? null;
    const near = hasValue(allowed, value)
      ? { member: value, distance: 0 }
      : nearestMember(allowed, value);
    values[own] = near.member;
    distance += near.distance;
  }
  return { values, distance };
}

/** As in a URL, without values that are the default, unless another one was asked for. */
function printStep(name: OperationName, values: NearStep['values'], asked: StepValues): string {
  const parameters = Object.entries(rowOf(name).parameters);
  const written = parameters.flatMap(([own, { fallback }]) => {
    const value = values[own] ?? null;
    return value === null || (value === fallback && asked[own] === value)
      ? []
      : [`${own}_${value}`];
  });
  return [name, ...written].join(',');
}

/** The allowed operation that is nearest to one that no rule of the policy allows, as in a URL. */
export function nearestAllowed(policy: Policy, { name, values }: RecipeStep): string | undefined {
  const steps = (policy.testsOf(name) ?? []).map((test) => moveToRule(test, values));
  const [nearest] = steps.toSorted((a, b) => a.distance - b.distance);
  return nearest === undefined ? undefined : printStep(name, nearest.values, values);
}

/** Adds the nearest allowed operation to the reason of a `denied_value`. Returns anything else as it is. */
function nameNearest(policy: Policy, thrown: unknown): unknown {
  const asked = thrown instanceof Refusal ? thrown.detail.asked : undefined;
  if (!(thrown instanceof Refusal) || asked === undefined) return thrown;
  const nearest = nearestAllowed(policy, asked as RecipeStep);
  if (nearest === undefined) return thrown;
  const reason = `${thrown.detail.reason}; the nearest allowed is ${nearest}`;
  return new Refusal(thrown.code, { ...thrown.detail, reason });
}

/** Decides with a policy. If it denies a value, the refusal that is thrown also names the nearest allowed one. */
export function decideNamingNearest<T>(policy: Policy | undefined, decide: () => T): T {
  try {
    return decide();
  } catch (thrown) {
    throw policy === undefined ? thrown : nameNearest(policy, thrown);
  }
}
