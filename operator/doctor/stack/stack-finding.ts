/* The results of the checks that only a deployed stack has. */

export type StackCheckName =
  | 'stack'
  | 'functions'
  | 'notifications'
  | 'versioning'
  | 'rotation'
  | 'purge queue'
  | 'quotas';

/** The result of a check of a stack that passed. */
export type StackState =
  | { readonly kind: 'stack_settled'; readonly status: string }
  | { readonly kind: 'functions_current'; readonly versions: readonly string[] }
  | { readonly kind: 'notifications_sent' }
  | { readonly kind: 'buckets_versioned' }
  /** `days` since the last rotation. */
  | { readonly kind: 'rotation_on_time'; readonly days: number; readonly every: number }
  | { readonly kind: 'queue_worked_off'; readonly waiting: number }
  | { readonly kind: 'quotas_ample'; readonly region: string; readonly concurrent: number };

/** A function that the distribution should run, and the one that it runs. */
export type WrongFunction = {
  readonly event: string;
  readonly on: string;
  readonly expected: string;
  /** Undefined if the behaviour runs none. */
  readonly found: string | undefined;
};

/** The result of a check of a stack that failed. */
export type StackProblem =
  | {
      readonly kind: 'stack_unsettled';
      readonly stack: string;
      readonly status: string;
      readonly reason: string | undefined;
    }
  | { readonly kind: 'functions_differ'; readonly wrong: WrongFunction }
  | { readonly kind: 'functions_unknown' }
  | { readonly kind: 'distribution_disabled' }
  | { readonly kind: 'distribution_changing' }
  | {
      readonly kind: 'notification_missing';
      readonly bucket: string;
      readonly event: string;
      readonly prefix: string;
    }
  | { readonly kind: 'versioning_off'; readonly bucket: string }
  | { readonly kind: 'rotation_off'; readonly secret: string }
  | {
      readonly kind: 'rotation_late';
      readonly secret: string;
      readonly days: number;
      readonly every: number;
    }
  | { readonly kind: 'queue_behind'; readonly waiting: number }
  | { readonly kind: 'dead_letters'; readonly count: number; readonly arn: string }
  | {
      readonly kind: 'quota_low';
      readonly regions: readonly { readonly region: string; readonly concurrent: number }[];
    };
