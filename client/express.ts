import {
  cacheControl,
  type GrantHandlerOptions,
  type GrantMinter,
  grantAnswers,
} from './lib/grant-answer.ts';

export type {
  CookieOptions,
  GrantBody,
  GrantHandlerOptions,
  GrantMinter,
} from './lib/grant-answer.ts';

/** The part of an Express 4 or 5 response that the handler uses. */
export type ExpressResponse = {
  readonly status: (code: number) => unknown;
  readonly set: (name: string, value: string) => unknown;
  readonly append: (name: string, value: string) => unknown;
  readonly json: (body: unknown) => unknown;
};

/**
 * Returns an Express handler that answers with a grant, as JSON or as the cookie `signet-grant`, if the
 * application's own check allows it. Errors go to `next`. Throws `malformed` if browsers would not send
 * the cookie to the image host.
 */
export function grantHandler<Request>(
  images: GrantMinter,
  options: GrantHandlerOptions<Request>,
): (request: Request, response: ExpressResponse, next: (error?: unknown) => void) => void {
  const answer = grantAnswers(images, options);
  return (request, response, next) => {
    answer(request)
      .then(({ status, cookie, body }) => {
        response.status(status);
        response.set('cache-control', cacheControl);
        if (cookie !== undefined) response.append('set-cookie', cookie);
        response.json(body);
      })
      .catch(next);
  };
}
