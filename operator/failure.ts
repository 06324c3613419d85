import { PolicyInvalid } from '../shared/policy/validation.ts';
import { PortFailure } from '../shared/ports.ts';
import { Refusal } from '../shared/refusal.ts';
import { RecordForged } from '../shared/versions/bucket.ts';
import { PublishConflict } from '../shared/versions/publishing.ts';
import { NoCredentials, StackUnknown } from './target/stack-outputs.ts';

/** 1: refused or failed; 2: wrong usage; 3: the target cannot be reached. */
export type ExitCode = 1 | 2 | 3;

/** A command that did not do what it was told, in one sentence for the person who ran it. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly code: string;
  readonly exit: ExitCode;
  constructor(code: string, message: string, exit: ExitCode = 1) {
    super(message);
    this.code = code;
    this.exit = exit;
  }
}

export const usageFailure = (message: string): CommandFailure =>
  new CommandFailure('usage', message, 2);

function refusalFailure({ code, detail }: Refusal): CommandFailure {
  const allowed =
    detail.allowed === undefined ? '' : `; allowed: ${JSON.stringify(detail.allowed)}`;
  return new CommandFailure(code, `${code}: ${detail.reason}${allowed}`);
}

/** A conflict with what the other one has changed, a line each. */
function conflictFailure({ message, change }: PublishConflict): CommandFailure {
  return new CommandFailure(
    'conflict',
    [message, ...change.map(({ text }) => `  ${text}`)].join('\n'),
  );
}

/** A version of the trail is followed by the next, so nothing can be published on a forged one. */
function forgedFailure({ message }: RecordForged): CommandFailure {
  const todo =
    'put back the earlier version of that object, or remove it where there never was one, then look at all with: npx signet policy audit TENANT';
  return new CommandFailure('damaged_trail', `${message}; ${todo}`);
}

/** A store that answered, if only with a refusal, is running. */
function unreachableFailure({ message, answered }: PortFailure, local: boolean): CommandFailure {
  if (answered) return new CommandFailure('unavailable', message);
  const hint = local
    ? 'Is Signet running? On this machine start it with: npm start'
    : 'Look at the network, and at AWS_PROFILE or AWS_ACCESS_KEY_ID';
  return new CommandFailure('unreachable', `${message}. ${hint}`, 3);
}

/** Whatever was thrown, as what is printed and returned to the shell. */
export function asFailure(thrown: unknown, local = true): CommandFailure {
  if (thrown instanceof CommandFailure) return thrown;
  if (thrown instanceof Refusal) return refusalFailure(thrown);
  if (thrown instanceof PolicyInvalid) return new CommandFailure('invalid_policy', thrown.message);
  if (thrown instanceof PublishConflict) return conflictFailure(thrown);
  if (thrown instanceof RecordForged) return forgedFailure(thrown);
  if (thrown instanceof NoCredentials) return new CommandFailure('unreachable', thrown.message, 3);
  if (thrown instanceof StackUnknown) return new CommandFailure('not_found', thrown.message);
  if (thrown instanceof PortFailure) return unreachableFailure(thrown, local);
  return new CommandFailure('internal', thrown instanceof Error ? thrown.message : String(thrown));
}
