import { rowOf } from '../../shared/operations/table.ts';
import type { PolicyChange } from '../../shared/policy/diff/rule-diff.ts';
import type { PolicyIssue } from '../../shared/policy/issues.ts';
import type { ValidPolicy } from '../../shared/policy/schema.ts';
import { hasValue, type Rule, valueSetIn } from '../../shared/policy/value-set.ts';

/** Whether a rule of `resize` allows an image to be enlarged. */
function allowsEnlarging(rule: Rule): boolean {
  const { limit } = rowOf('resize').parameters;
  return limit !== undefined && hasValue(valueSetIn(rule, 'limit', limit), 0);
}

/** Whether a change of a policy is one of the rules that decide whether an image may be enlarged. */
export const concernsLimit = ({ path }: PolicyChange): boolean =>
  path === 'operations' || path === 'presetsOnly' || /^operations\.resize(?:\.|$)/.test(path);

/**
 * Notes that the rules of `resize` refuse recipes of BOS without `limit`. Only the publisher knows whether
 * the tenant has such recipes.
 */
export function limitNotes({ operations = {}, presetsOnly }: ValidPolicy): readonly PolicyIssue[] {
  const rules = operations['resize'] ?? [];
  if (presetsOnly || rules.length === 0 || rules.some(allowsEnlarging)) return [];
  const message =
    'allows no limit 0, so a recipe of BOS (x-bce-process) needs limit_1: without it BOS may enlarge the image';
  return [{ path: 'operations.resize', message }];
}
