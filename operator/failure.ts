import { PolicyInvalid } from '../shared/policy/validation.ts';
import { type CredentialsFault, PortFailure } from '../shared/ports.ts';
import { Refusal, type RefusalCode, reasonOf } from '../shared/refusal.ts';
import { RecordForged } from '../shared/versions/bucket.ts';
import { PublishConflict } from '../shared/versions/conflict.ts';
import { StackUnknown } from './target/stack-failures.ts';

/** `refused`: the request was understood and not carried out. `usage`: the request itself is wrong. */
export type FailureKind = 'refused' | 'usage' | 'unreachable';

/** The codes of failures besides those of refusals, and the kind of each. */
const failureKinds = {
  conflict: 'refused',
  damaged_policy: 'refused',
  damaged_trail: 'refused',
  foreign_source: 'refused',
  interrupted: 'refused',
  invalid_policy: 'refused',
  not_a_log: 'refused',
  not_a_state: 'refused',
  not_confirmed: 'refused',
  not_found: 'refused',
  state_full: 'refused',
  unreachable: 'unreachable',
  unreadable_file: 'refused',
  unwritable_file: 'refused',
  usage: 'usage',
} as const satisfies Readonly<Record<string, FailureKind>>;

export type FailureCode = keyof typeof failureKinds | RefusalCode;

/** An operator's request that was not carried out. The message says why and what to do instead. */
export class OperatorFailure extends Error {
  override readonly name = 'OperatorFailure';
  readonly code: FailureCode;

  constructor(code: FailureCode, message: string) {
    super(message);
    this.code = code;
  }

  get kind(): FailureKind {
    const kinds: Readonly<Partial<Record<FailureCode, FailureKind>>> = failureKinds;
    return kinds[this.code] ?? 'refused';
  }
}

export const usageFailure = (message: string): OperatorFailure =>
  new OperatorFailure('usage', message);

function refusalFailure({ code, detail }: Refusal): OperatorFailure {
  const allowed =
    detail.allowed === undefined ? '' : `; allowed: ${JSON.stringify(detail.allowed)}`;
  return new OperatorFailure(code, `${code}: ${detail.reason}${allowed}`);
}

/** A conflict, followed by the changes of the other publisher, one per line. */
function conflictFailure({ message, change }: PublishConflict): OperatorFailure {
  return new OperatorFailure(
    'conflict',
    [message, ...change.map(({ text }) => `  ${text}`)].join('\n'),
  );
}

/** Each version of a trail continues the one before, so nothing can be published on a forged one. */
function forgedFailure({ message }: RecordForged): OperatorFailure {
  const todo =
    'restore the earlier version of that object, or delete the object if it never had one, then check the trail with: npx signet policy audit TENANT';
  return new OperatorFailure('damaged_trail', `${message}; ${todo}`);
}

/** What to do about the credentials of AWS. `failed` says which call they failed in. */
const credentialTexts: Readonly<Record<CredentialsFault, (failed: string) => string>> = {
  missing: () => 'no AWS credentials found; set AWS_PROFILE or AWS_ACCESS_KEY_ID',
  expired: (failed) =>
    `the AWS credentials have expired (${failed}); log in again, for example with aws sso login, or set new ones, then repeat the command`,
  unknown: (failed) =>
    `AWS does not take the credentials (${failed}); check AWS_PROFILE, or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN`,
};

/** A store that answers with an error is running, so it counts as unavailable, not unreachable. */
function portFailure(
  { message, answered, credentials }: PortFailure,
  local: boolean,
): OperatorFailure {
  if (credentials !== undefined && !local)
    return new OperatorFailure('unreachable', credentialTexts[credentials](message));
  if (answered) return new OperatorFailure('unavailable', message);
  const hint = local
    ? 'Is Signet running? On this machine start it with: npm start'
    : 'Check the network, and AWS_PROFILE or AWS_ACCESS_KEY_ID';
  return new OperatorFailure('unreachable', `${message}. ${hint}`);
}

/**
 * Converts anything that was thrown to a failure with a code and a message for people. `local` tells
 * whether the installation runs on this machine, which decides the hint for an unreachable one.
 */
export function asFailure(thrown: unknown, local = true): OperatorFailure {
  if (thrown instanceof OperatorFailure) return thrown;
  if (thrown instanceof Refusal) return refusalFailure(thrown);
  if (thrown instanceof PolicyInvalid) return new OperatorFailure('invalid_policy', thrown.message);
  if (thrown instanceof PublishConflict) return conflictFailure(thrown);
  if (thrown instanceof RecordForged) return forgedFailure(thrown);
  if (thrown instanceof StackUnknown) return new OperatorFailure('not_found', thrown.message);
  if (thrown instanceof PortFailure) return portFailure(thrown, local);
  return new OperatorFailure('internal', reasonOf(thrown));
}
