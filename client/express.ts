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

/** As much of Express's response as is used, of version 4 and of 5. */
export type ExpressResponse = {
  readonly status: (code: number) => unknown;
  readonly set: (name: string, value: string) => unknown;
  readonly append: (name: string, value: string) => unknown;
  readonly json: (body: unknown) => unknown;
};

/**
 * A handler for Express that hands out grants after the application's own check, as JSON or as the cookie
 * `signet-grant`. Errors go to `next`. Throws `malformed` for a cookie that would not reach the images.
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
