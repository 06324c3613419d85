import { limits } from './limits.ts';
import { PortFailure } from './ports.ts';

/** How a refusal appears in HTTP, in the log and in the documentation. */
type Row = {
  readonly status: number;
  /** Whether caches may keep the answer for `limits.sourceRefusalSeconds`. */
  readonly cached: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** The level of the log line. `error` raises an alarm. */
  readonly level: 'info' | 'warn' | 'error';
  readonly meaning: string;
  readonly remedy: string;
};

/** Every reason for which Signet refuses a request, in the order of the documentation. */
export const refusals = {
  malformed: {
    status: 400,
    cached: false,
    level: 'info',
    meaning:
      'The URL does not follow the grammar, asks for too many pixels, or crops outside the image.',
    remedy:
      'Mint URLs with a client or with `npx signet mint`. `npx signet explain URL` names the faulty part.',
  },
  forbidden: {
    status: 403,
    cached: false,
    level: 'info',
    meaning:
      'The URL has no valid signature. Or its grant is in a cookie, and the policy does not name the page.',
    remedy:
      'Run `npx signet explain URL`. It recognises the usual signing mistakes. Add a page that reads images with a cookie to `urls.origins` in the policy.',
  },
  expired: {
    status: 403,
    cached: false,
    level: 'info',
    meaning: 'The URL has expired: its `exp` is in the past.',
    remedy: 'Mint a new URL. Check that pages are not cached for longer than their URLs are valid.',
  },
  denied_kid: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'The signature is valid, but the policy no longer accepts its kid.',
    remedy: 'Use the current signing key. `npx signet keys show TENANT --env` prints it.',
  },
  denied_lifetime: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: '`exp` is missing or further away than the policy allows.',
    remedy: 'Mint with a shorter `--expires`, or raise `urls.maxLifetime` in the policy.',
  },
  denied_scope: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'The grant is valid, but does not cover this source.',
    remedy:
      'Mint a grant whose `scope` names the source, or `prefix/*` for everything below a prefix.',
  },
  denied_grant: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'The policy does not accept grants, or the grant is not valid yet.',
    remedy: 'Sign each URL, or set `urls.grants` to true in the policy.',
  },
  denied_blocked: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'The source is blocked.',
    remedy: '`npx signet unblock TENANT SCOPE --reason TEXT` lifts the block.',
  },
  denied_operation: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'The policy does not allow this operation, or a grant does not cover it.',
    remedy:
      'Use another operation, or add this one to `operations` in the policy. Sign URLs with `version` or `download` instead of using a grant.',
  },
  denied_value: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'No rule of the policy allows these values.',
    remedy:
      '`npx signet explain URL` shows the allowed values, and the nearest operation that is allowed.',
  },
  denied_preset: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'The policy has no such preset, or it allows presets only.',
    remedy: 'Use a preset of the policy. `npx signet tenant show TENANT` lists them.',
  },
  denied_required: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'The URL lacks an operation that the policy requires.',
    remedy: 'Add the operations that `require` lists in the policy.',
  },
  source_missing: {
    status: 404,
    cached: true,
    level: 'info',
    meaning: 'The source does not exist.',
    remedy: 'Upload it, or correct the path. Signet finds it within a minute.',
  },
  source_too_large: {
    status: 415,
    cached: true,
    level: 'warn',
    meaning:
      'The source or the requested image exceeds a limit, or takes longer than 12 seconds to draw.',
    remedy: 'Upload a smaller source, or ask for a smaller image.',
  },
  source_unsupported: {
    status: 415,
    cached: true,
    level: 'warn',
    meaning:
      'The source is not a JPEG, PNG, WebP or GIF, or the policy or the deployment does not allow its type.',
    remedy:
      'Convert it before you upload it. The log and the command `put` say what the file is. Signet reads the type from the bytes, not from the name.',
  },
  source_undecodable: {
    status: 415,
    cached: true,
    level: 'warn',
    meaning: 'The source is damaged.',
    remedy: 'Upload it again. The usual cause is an incomplete upload.',
  },
  method: {
    status: 405,
    cached: false,
    headers: { allow: 'GET, HEAD, OPTIONS' },
    level: 'info',
    meaning: 'Only GET and HEAD are served.',
    remedy: 'Use GET.',
  },
  internal: {
    status: 500,
    cached: false,
    level: 'error',
    meaning: 'A bug in Signet.',
    remedy: 'Search the log for the request id (`x-amz-cf-id`).',
  },
  unavailable: {
    status: 503,
    cached: false,
    headers: { 'retry-after': '1' },
    level: 'error',
    meaning:
      'Signet cannot reach S3 or Secrets Manager, or they deny it access. Or the process that draws cannot start.',
    remedy:
      'Try again; Signet recovers by itself. If the error persists, read the reason in the log, and check the roles and the status of AWS.',
  },
} as const satisfies Readonly<Record<string, Row>>;

export type RefusalCode = keyof typeof refusals;

export const isRefusalCode = (text: string): text is RefusalCode => Object.hasOwn(refusals, text);

/** The details of a refusal, for the log and the operator. Never sent to viewers. */
export type RefusalDetail = {
  /** The true reason in one sentence, for the log, `explain` and `mint`. */
  readonly reason: string;
  /** The policy rule that refused, as a path into the policy. */
  readonly rule?: string;
  /** The values that the rule allows. */
  readonly allowed?: unknown;
  /** The operation that was denied for its values. */
  readonly asked?: {
    readonly name: string;
    readonly values: Readonly<Record<string, string | number | undefined>>;
  };
  /** Whether the refusal depends on the source, so that caches may keep it for a while. */
  readonly aboutSource?: boolean;
  readonly cause?: unknown;
};

/**
 * The one error class for refused requests. The core throws it; each entry point turns it into an
 * answer.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly detail: RefusalDetail;

  /** Without a stack trace, which costs more than all that leads to most refusals, and which nothing prints. */
  constructor(code: RefusalCode, detail: RefusalDetail | string) {
    const full = typeof detail === 'string' ? { reason: detail } : detail;
    const { stackTraceLimit } = Error;
    // Does nothing where Error is frozen, as in hardened JavaScript; an assignment would throw.
    Reflect.set(Error, 'stackTraceLimit', 0);
    super(full.reason, { cause: full.cause });
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
    this.code = code;
    this.detail = full;
  }
}

/** Makes a `malformed` refusal. `reason` is one sentence without a full stop. */
export const malformed = (reason: string): Refusal => new Refusal('malformed', reason);

/** Makes a `forbidden` refusal. Only the log and `explain` show its reason. */
export const forbidden = (reason: string): Refusal => new Refusal('forbidden', reason);

/** Makes a refusal that depends on the source, so that caches may keep it for a while. */
export const sourceRefusal = (code: RefusalCode, reason: string, cause?: unknown): Refusal =>
  new Refusal(code, { reason, aboutSource: true, cause });

/** Makes the refusal of a picture that used up the time for drawing. */
export const lateRefusal = (cause?: unknown): Refusal =>
  sourceRefusal('source_too_large', `drawing took more than ${limits.renderSeconds} s`, cause);

/** The HTTP answer to a refusal. The body depends on the code alone, so that it reveals nothing else. */
export type RefusalAnswer = {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** Builds the answer to a refusal. Caches may keep it only if the refusal is about the source. */
export function answerOf(refusal: Refusal): RefusalAnswer {
  const row: Row = refusals[refusal.code];
  const cached = row.cached || refusal.detail.aboutSource === true;
  return {
    status: row.status,
    body: `{"error":"${refusal.code}"}`,
    headers: {
      'content-type': 'application/json',
      'x-signet-error': refusal.code,
      'cache-control': cached ? `max-age=${limits.sourceRefusalSeconds}` : 'no-store',
      ...row.headers,
    },
  };
}

/**
 * Turns anything thrown into a refusal: a `PortFailure` becomes `unavailable`, any other error
 * `internal`. The message of both appears in the log only.
 */
export function asRefusal(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown;
  if (thrown instanceof PortFailure)
    return new Refusal('unavailable', { reason: thrown.message, cause: thrown });
  const reason = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new Refusal('internal', { reason, cause: thrown });
}

/** What anything that was thrown says. */
export const reasonOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);
