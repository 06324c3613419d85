import { limits } from './limits.ts';
import { PortFailure } from './ports.ts';

/** What a refusal means to HTTP, to the log and to the reader of the error table. */
type Row = {
  readonly status: number;
  /** Whether caches may keep it: never, or for as long as the source is likely to stay as it is. */
  readonly cached: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** How loud the log line is: `error` pages somebody. */
  readonly level: 'info' | 'warn' | 'error';
  readonly meaning: string;
  readonly remedy: string;
};

/** Every way in which a request can be refused. The order is the order of the documentation. */
export const refusals = {
  malformed: {
    status: 400,
    cached: false,
    level: 'info',
    meaning:
      'The URL is not written in the grammar, asks for more pixels than an answer may have, or crops outside its image.',
    remedy:
      'Mint URLs with a client or with `npx signet mint`; `npx signet explain URL` names the part.',
  },
  forbidden: {
    status: 403,
    cached: false,
    level: 'info',
    meaning: 'There is no valid signature for this URL.',
    remedy: 'Run `npx signet explain URL`: it tries the usual signing mistakes.',
  },
  expired: {
    status: 403,
    cached: false,
    level: 'info',
    meaning: 'The URL was valid until `exp` and is no longer.',
    remedy: 'Mint a new one; check that pages are not cached for longer than their URLs live.',
  },
  denied_kid: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'The signing key is right, but the policy no longer accepts its kid.',
    remedy: 'Take the current key from `npx signet keys show TENANT`.',
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
    meaning: 'The grant is right, and does not cover this source.',
    remedy: 'Mint a grant whose `scope` names the source, or `prefix/*` for all below it.',
  },
  denied_grant: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'The policy takes no grants, or this one is not valid yet.',
    remedy: 'Sign each URL, or set `urls.grants` to true in the policy.',
  },
  denied_blocked: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'The source was taken down.',
    remedy: '`npx signet unblock TENANT SCOPE --reason TEXT` brings it back.',
  },
  denied_operation: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'The policy does not name this operation.',
    remedy: 'Ask for another one, or add it to `operations` in the policy.',
  },
  denied_value: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'No rule of the policy allows these values.',
    remedy: '`npx signet explain URL` shows the allowed values.',
  },
  denied_preset: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'The policy has no such preset, or it allows presets only.',
    remedy: 'Use a preset of the policy: `npx signet tenant show TENANT` lists them.',
  },
  denied_required: {
    status: 403,
    cached: false,
    level: 'warn',
    meaning: 'The policy requires an operation that is not in the URL.',
    remedy: 'Add the operations that stand in `require` in the policy.',
  },
  source_missing: {
    status: 404,
    cached: true,
    level: 'info',
    meaning: 'There is no such source.',
    remedy: 'Upload it, or correct the path; it is found within a minute.',
  },
  source_too_large: {
    status: 415,
    cached: true,
    level: 'warn',
    meaning: 'The source, or what would be made of it, is larger than the limits.',
    remedy: 'Upload a smaller image or ask for a smaller one.',
  },
  source_unsupported: {
    status: 415,
    cached: true,
    level: 'warn',
    meaning: 'The source is not a JPEG, PNG, WebP or GIF, or the policy refuses its type.',
    remedy: 'Convert it before uploading; the type is read from the bytes, not from the name.',
  },
  source_undecodable: {
    status: 415,
    cached: true,
    level: 'warn',
    meaning: 'The source is damaged.',
    remedy: 'Upload it again; a cut upload is the usual reason.',
  },
  method: {
    status: 405,
    cached: false,
    headers: { allow: 'GET, HEAD' },
    level: 'info',
    meaning: 'Only GET and HEAD are served.',
    remedy: 'Use GET.',
  },
  internal: {
    status: 500,
    cached: false,
    level: 'error',
    meaning: 'A defect of the service.',
    remedy: 'Look for the request id (`x-amz-cf-id`) in the log.',
  },
  unavailable: {
    status: 503,
    cached: false,
    headers: { 'retry-after': '1' },
    level: 'error',
    meaning: 'S3 or Secrets Manager cannot be reached or refuses the service.',
    remedy: 'Try again; it recovers by itself. If it stays, look at the roles and at AWS.',
  },
} as const satisfies Readonly<Record<string, Row>>;

export type RefusalCode = keyof typeof refusals;

/** What a refusal tells the people who may know more than its code: never sent to viewers. */
export type RefusalDetail = {
  /** One sentence with the true reason, for the log, `explain` and `mint`. */
  readonly reason: string;
  /** The rule that decided, as a path into the policy. */
  readonly rule?: string;
  /** What the rule would have allowed. */
  readonly allowed?: unknown;
  /** The answer depends on the source, so it may be cached for a while. */
  readonly aboutSource?: boolean;
  readonly cause?: unknown;
};

/** The one error of the service: thrown in the core, answered once at each door. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly detail: RefusalDetail;

  constructor(code: RefusalCode, detail: RefusalDetail | string) {
    const full = typeof detail === 'string' ? { reason: detail } : detail;
    super(full.reason, { cause: full.cause });
    this.code = code;
    this.detail = full;
  }
}

/** A `malformed` refusal with its reason. */
export const malformed = (reason: string): Refusal => new Refusal('malformed', reason);

/** A `forbidden` refusal with its reason, which only the log and `explain` show. */
export const forbidden = (reason: string): Refusal => new Refusal('forbidden', reason);

/** The answer to a refusal: one constant body per code, so that an answer tells nothing else. */
export type RefusalAnswer = {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
};

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
 * Whatever was thrown, as a refusal: a store that does not answer is `unavailable`, a defect is
 * `internal`, and the text of both stays in the log.
 */
export function asRefusal(thrown: unknown): Refusal {
  if (thrown instanceof Refusal) return thrown;
  if (thrown instanceof PortFailure)
    return new Refusal('unavailable', { reason: thrown.message, cause: thrown });
  const reason = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new Refusal('internal', { reason, cause: thrown });
}
