import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import type { Finding, Problem } from './finding.ts';

/** `error`: requests are refused, or something was tampered with. `warning`: the service works around it. */
export type Severity = 'error' | 'warning';

const warnings: ReadonlySet<Problem['kind']> = new Set([
  'changes_faulty',
  'fallback_missing',
  'origin_unlisted',
  'policy_gone',
  'tenant_missing',
  'file_missing',
  'distribution_changing',
  'quota_low',
  'queue_behind',
  'budget_exceeded',
] satisfies readonly Problem['kind'][]);

export const severityOf = ({ kind }: Problem): Severity =>
  warnings.has(kind) ? 'warning' : 'error';

/** Facts that change while the problem stays: a later version, and what `degreeOf` measures. */
const passing: ReadonlySet<string> = new Set([
  ...['lastVersion', 'repair'],
  ...['days', 'waiting', 'count', 'day', 'renders'],
]);

/** How far a problem has gone: days since the last rotation, messages, or renders. 0 for a problem that is there or not. */
export function degreeOf(problem: Problem): number {
  switch (problem.kind) {
    case 'rotation_late':
      return problem.days;
    case 'queue_behind':
      return problem.waiting;
    case 'dead_letters':
      return problem.count;
    case 'budget_exceeded':
      return problem.renders;
    default:
      return 0;
  }
}

/** Digits of an id: enough to tell a million findings apart. */
const idDigits = 12;

/**
 * Identifies a problem. The same problem of the same tenant has the same id in each run, and another problem has
 * another id. A problem that is repaired and comes back has its old id, because few problems tell when they began;
 * therefore an acknowledgement ends by itself, and covers no higher degree.
 */
export function findingId({ check, tenant }: Finding, problem: Problem): string {
  const facts = Object.entries(problem).filter(([name]) => !passing.has(name));
  return nodeCrypto.sha256Hex(JSON.stringify([check, tenant ?? null, facts])).slice(0, idDigits);
}
