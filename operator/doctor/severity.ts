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
] satisfies readonly Problem['kind'][]);

export const severityOf = ({ kind }: Problem): Severity =>
  warnings.has(kind) ? 'warning' : 'error';

/** Facts that change while the problem stays: a later version, a day more, one message less. */
const passing: ReadonlySet<string> = new Set(['lastVersion', 'repair', 'days', 'waiting']);

/** Digits of an id: enough to tell a million findings apart. */
const idDigits = 12;

/**
 * Identifies a problem. The same problem of the same tenant has the same id in each run, and another problem has
 * another id, so an acknowledgement covers nothing that comes later.
 */
export function findingId({ check, tenant }: Finding, problem: Problem): string {
  const facts = Object.entries(problem).filter(([name]) => !passing.has(name));
  return nodeCrypto.sha256Hex(JSON.stringify([check, tenant ?? null, facts])).slice(0, idDigits);
}
