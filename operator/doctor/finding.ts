import { PortFailure } from '../../shared/ports.ts';
import { reasonOf } from '../../shared/refusal.ts';
import type { StackCheckName, StackProblem, StackState } from './stack/stack-finding.ts';

/** What was checked. Policies and trails are checked for each tenant. */
export type CheckName =
  | 'root keys'
  | 'publisher'
  | 'render secret'
  | 'distribution'
  | 'view'
  | StackCheckName
  | 'changes'
  | 'policy'
  | 'budget'
  | 'source'
  | 'trail'
  | 'file';

/** A tenant, its live version, and the name of the bucket of its sources if that is not Signet's own. */
export type LivePolicy = {
  readonly tenant: string;
  readonly version: number;
  readonly from?: string | undefined;
  /** The budget of its policy. */
  readonly rendersPerDay?: number | undefined;
};

/** The result of a check that passed. */
export type HealthyState =
  | { readonly kind: 'root_keys'; readonly kids: readonly string[] }
  | { readonly kind: 'publisher_known' }
  | { readonly kind: 'render_secret_current' }
  | { readonly kind: 'unsigned_refused'; readonly address: string }
  | { readonly kind: 'changes_current'; readonly sequence: number }
  | {
      readonly kind: 'policy_live';
      readonly version: number;
      readonly reporting: boolean;
      /** The bucket of the sources, if it is not Signet's own. */
      readonly from?: string;
      /** The budget of the policy. */
      readonly rendersPerDay?: number | undefined;
    }
  /** The log with the renders is not on this machine. */
  | { readonly kind: 'budgets_not_compared'; readonly tenants: number }
  /** A signed view as a tenant. */
  | { readonly kind: 'view_answered'; readonly address: string; readonly viewed: string }
  | {
      readonly kind: 'view_not_tried';
      readonly address: string;
      readonly why: 'no_tenant' | 'no_recipe';
    }
  | StackState
  | { readonly kind: 'source_readable'; readonly from: string }
  /** There is no object to view, or no recipe that the policy allows. */
  | { readonly kind: 'source_not_viewed'; readonly from: string }
  | { readonly kind: 'trail_intact'; readonly versions: number };

/** The result of a check that failed. `lastVersion` is the newest version of the tenant's trail. */
export type Problem =
  | {
      readonly kind: 'check_failed';
      readonly message: string;
      readonly lastVersion: number | undefined;
    }
  /** `message` says what was denied, and names the permission. */
  | {
      readonly kind: 'permission_missing';
      readonly permission: string;
      readonly message: string;
    }
  | StackProblem
  | {
      readonly kind: 'view_refused';
      readonly address: string;
      readonly viewed: string;
      readonly status: number;
      readonly code: string | null;
    }
  | { readonly kind: 'view_unanswered'; readonly address: string; readonly reason: string }
  | { readonly kind: 'publisher_unknown' }
  | { readonly kind: 'render_secret_stale' }
  | {
      readonly kind: 'unsigned_answered';
      readonly address: string;
      readonly status: number;
      readonly code: string | null;
    }
  | { readonly kind: 'distribution_silent'; readonly address: string }
  | {
      /** `outdated`: it names only older versions of the tenant. */
      readonly kind: 'changes_faulty';
      readonly fault: 'missing' | 'unusable' | 'behind' | 'outdated';
      /** A live policy whose publication repairs the list. */
      readonly repair: LivePolicy | undefined;
    }
  | { readonly kind: 'policy_gone' }
  /** A tenant that was named, or that has a file, does not exist. */
  | { readonly kind: 'tenant_missing' }
  /** A live tenant has no file in the folders that were named. */
  | { readonly kind: 'file_missing' }
  /** The tenant rendered more on a day than the budget of its policy. */
  | {
      readonly kind: 'budget_exceeded';
      readonly day: string;
      readonly renders: number;
      readonly rendersPerDay: number;
    }
  | { readonly kind: 'root_key_gone'; readonly kid: string }
  | { readonly kind: 'fallback_missing'; readonly path: string }
  | { readonly kind: 'origin_unlisted'; readonly origin: string }
  | { readonly kind: 'source_unlisted'; readonly fault: string }
  | { readonly kind: 'source_absent'; readonly from: string; readonly path: string }
  | {
      readonly kind: 'source_unreadable';
      readonly from: string;
      readonly status: number;
      readonly code: string | null;
    }
  | {
      readonly kind: 'trail_broken';
      readonly faults: readonly string[];
      readonly lastVersion: number | undefined;
    };

/** One check with its result. `tenant` is set for policies, sources and trails. */
export type Finding = { readonly check: CheckName; readonly tenant?: string } & (
  | { readonly ok: true; readonly state: HealthyState }
  | { readonly ok: false; readonly problem: Problem }
);

export type CheckSubject = Pick<Finding, 'check' | 'tenant'>;

export const pass = (subject: CheckSubject, state: HealthyState): Finding => ({
  ...subject,
  ok: true,
  state,
});

export const fail = (subject: CheckSubject, problem: Problem): Finding => ({
  ...subject,
  ok: false,
  problem,
});

/** A check that could not be done. A missing permission is told apart, because it says nothing about the installation. */
export function failedCheck(
  subject: CheckSubject,
  thrown: unknown,
  lastVersion: number | undefined,
): Finding {
  const message = reasonOf(thrown);
  const permission = thrown instanceof PortFailure ? thrown.error?.denied : undefined;
  return permission === undefined
    ? fail(subject, { kind: 'check_failed', message, lastVersion })
    : fail(subject, { kind: 'permission_missing', permission, message });
}
