import type { GrantRequest, Minter } from '../signet.ts';
import type { Place } from './address.ts';
import { assertValid } from './assert-valid.ts';
import { type CookieOptions, type GrantCookie, grantCookie } from './grant-cookie.ts';

export type { CookieOptions } from './grant-cookie.ts';

/** The part of a minter that a grant handler uses. */
export type GrantMinter = Pick<Minter, 'grant' | 'place'>;

/** How a handler answers with grants. */
export type GrantHandlerOptions<Request> = {
  /**
   * The application's own check. It returns what the user may see, or nothing to answer 403. Errors that it
   * throws go to the framework's error handling.
   */
  readonly grant: (request: Request) => GrantDecision | Promise<GrantDecision>;
} & (
  | ({ readonly as?: 'json' } & { readonly [option in keyof CookieOptions]?: never })
  /** Browsers send the cookie with each image, and scripts cannot read it. */
  | ({ readonly as: 'cookie' } & CookieOptions)
);

type GrantDecision = GrantRequest | null | undefined;

/** The `cache-control` of every answer: a grant belongs to one user and expires. */
export const cacheControl = 'private, no-store';

/** The body of an answer. A browser passes it to `withGrant` unchanged. */
export type GrantBody =
  | (Pick<Place, 'url' | 'tenant' | 'ownHost'> & {
      /** Missing if the grant is in the cookie. */
      readonly grant?: string;
      /** When the grant expires, in Unix seconds. */
      readonly exp: number;
    })
  | { readonly error: 'forbidden' };

/** An answer of a grant handler, before a framework sends it. */
export type GrantAnswer = {
  readonly status: 200 | 403;
  /** The value of an additional `set-cookie` header. */
  readonly cookie: string | undefined;
  readonly body: GrantBody;
};

/** Reads the expiry of a grant that was just minted. `atob` garbles non-ASCII claims, but `exp` is a number. */
function expiryIn(grant: string): number {
  const [, claims = ''] = grant.split('.');
  return JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))).exp;
}

/** Rounded down, so that the cookie does not outlive the grant. */
const secondsUntil = (exp: number): number => Math.max(0, exp - Math.ceil(Date.now() / 1_000));

/** Also deletes the cookie of a user who may see nothing any more. */
const refusal = (cookie: GrantCookie | undefined): GrantAnswer => ({
  status: 403,
  cookie: cookie?.('', 0),
  body: { error: 'forbidden' },
});

/**
 * Returns a function that answers requests with grants, for any framework. Throws `malformed` if browsers
 * would not send the cookie with the images. The returned function rejects with the errors of the
 * application's check, and with `SignetError` for a grant that the edge would reject.
 */
export function grantAnswers<Request>(
  images: GrantMinter,
  options: GrantHandlerOptions<Request>,
): (request: Request) => Promise<GrantAnswer> {
  const { place } = images;
  const { as = 'json', grant: decide } = { ...options };
  assertValid(typeof decide === 'function', 'grant must be a function');
  // A misspelled `cookie` would put the grant into the body, where scripts can read it.
  assertValid(['json', 'cookie'].includes(as), 'as must be json or cookie');
  const cookie = options.as === 'cookie' ? grantCookie(place, options) : undefined;
  return async (request) => {
    const given = await decide(request);
    if (!given) return refusal(cookie);
    const grant = await images.grant(given);
    const exp = expiryIn(grant);
    return {
      status: 200,
      cookie: cookie?.(grant, secondsUntil(exp)),
      body: { ...place, ...(cookie === undefined && { grant }), exp },
    };
  };
}
