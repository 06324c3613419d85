import {
  cacheControl,
  type GrantBody,
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

/** As much of Fastify's reply as is used. */
export type FastifyReply = {
  readonly code: (status: number) => unknown;
  readonly header: (name: string, value: string) => unknown;
};

/**
 * A handler for Fastify that hands out grants after the application's own check, as JSON or as the cookie
 * `signet-grant`. Throws `malformed` for a cookie that would not reach the images.
 */
export function grantHandler<Request>(
  images: GrantMinter,
  options: GrantHandlerOptions<Request>,
): (request: Request, reply: FastifyReply) => Promise<GrantBody> {
  const answer = grantAnswers(images, options);
  return async (request, reply) => {
    const { status, cookie, body } = await answer(request);
    reply.code(status);
    reply.header('cache-control', cacheControl);
    if (cookie !== undefined) reply.header('set-cookie', cookie);
    return body;
  };
}
