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

/** The part of a Fastify reply that the handler uses. */
export type FastifyReply = {
  readonly code: (status: number) => unknown;
  readonly header: (name: string, value: string) => unknown;
};

/**
 * Returns a Fastify handler that answers with a grant, as JSON or as the cookie `signet-grant`, if the
 * application's own check allows it. Throws `malformed` if browsers would not send the cookie to the
 * image host.
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
