import type { GrantRequest, Minter } from '../signet.ts';
import type { Place } from './address.ts';
import { type CookieOptions, type GrantCookie, grantCookie } from './grant-cookie.ts';
import { assertValid } from './need.ts';

export type { CookieOptions } from './grant-cookie.ts';

/** What hands out grants. */
export type GrantMinter = Pick<Minter, 'grant' | 'place'>;

export type GrantHandlerOptions<Request> = {
  /**
   * The application's own check: what whoever asks may see; nothing for who may see nothing, and is
   * answered 403. What it throws is the application's to answer.
   */
  readonly grant: (request: Request) => Given | Promise<Given>;
} & (
  | ({ readonly as?: 'json' } & { readonly [option in keyof CookieOptions]?: never })
  /** Browsers send it with each image, and no script can read it. */
  | ({ readonly as: 'cookie' } & CookieOptions)
);

type Given = GrantRequest | null | undefined;

/** The `cache-control` of every answer: a grant is of one viewer, and for now. */
export const cacheControl = 'private, no-store';

/** What is answered: `withGrant` in a browser takes the body as it is. */
export type GrantBody =
  | (Pick<Place, 'url' | 'tenant' | 'ownHost'> & {
      /** Not where it goes in the cookie. */
      readonly grant?: string;
      /** Unix seconds: the grant is good until then. */
      readonly exp: number;
    })
  | { readonly error: 'forbidden' };

export type GrantAnswer = {
  readonly status: 200 | 403;
  /** The value of `set-cookie`, beside those that the application sets. */
  readonly cookie: string | undefined;
  readonly body: GrantBody;
};

/** The expiry in a grant that was just minted; what is not ASCII in it is misread and not asked for. */
function expiryIn(grant: string): number {
  const [, claims = ''] = grant.split('.');
  return JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))).exp;
}

/** A cookie must not be kept when the grant is none any more. */
const secondsUntil = (exp: number): number => Math.max(0, exp - Math.ceil(Date.now() / 1_000));

/** Who may see nothing any more loses the cookie. */
const refusal = (cookie: GrantCookie | undefined): GrantAnswer => ({
  status: 403,
  cookie: cookie?.('', 0),
  body: { error: 'forbidden' },
});

/**
 * Hands out grants after the application's own check, whatever the framework. Throws `malformed` at
 * once for a cookie that would not reach the images; the answers throw what the check throws, and
 * `SignetError` for a grant that the edge would refuse.
 */
export function grantAnswers<Request>(
  images: GrantMinter,
  options: GrantHandlerOptions<Request>,
): (request: Request) => Promise<GrantAnswer> {
  const { place } = images;
  const { as = 'json' } = options;
  // Whoever misspells it would have the grant where scripts can read it.
  assertValid(['json', 'cookie'].includes(as), `as is "${as}"; write json or cookie`);
  const cookie = options.as === 'cookie' ? grantCookie(place, options) : undefined;
  return async (request) => {
    const given = await options.grant(request);
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
