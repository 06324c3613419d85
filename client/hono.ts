import {
  cacheControl,
  type GrantAnswer,
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

/** The part of a Hono context that the handler uses. */
export type HonoContext = {
  readonly header: (name: string, value: string, options?: { readonly append: true }) => void;
  readonly json: (body: GrantBody, status: GrantAnswer['status']) => unknown;
};

/**
 * Returns a Hono handler that answers with a grant, as JSON or as the cookie `signet-grant`, if the
 * application's own check allows it. Throws `malformed` if browsers would not send the cookie to the
 * image host.
 */
export function grantHandler<Context extends HonoContext>(
  images: GrantMinter,
  options: GrantHandlerOptions<Context>,
): (context: Context) => Promise<ReturnType<Context['json']>> {
  const answer = grantAnswers(images, options);
  return async (context) => {
    const { status, cookie, body } = await answer(context);
    context.header('cache-control', cacheControl);
    if (cookie !== undefined) context.header('set-cookie', cookie, { append: true });
    return context.json(body, status) as ReturnType<Context['json']>;
  };
}
