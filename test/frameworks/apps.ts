import type { AddressInfo } from 'node:net';
import { grantHandler as expressGrants } from '../../client/express.ts';
import { grantHandler as fastifyGrants } from '../../client/fastify.ts';
import { grantHandler as honoGrants } from '../../client/hono.ts';
import type { GrantHandlerOptions, GrantMinter } from '../../client/lib/grant-answer.ts';
import type { GrantRequest } from '../../client/signet.ts';
import { framework } from './frameworks.ts';

/*
 * The same application in each framework. It sets its own cookie and `cache-control` before the handlers
 * run, answers with grants at `/grant` and handles errors itself.
 */

/** The application's check of the user in the header `x-user`. */
export type CheckUser = (user: string | undefined) => Promise<GrantRequest | undefined>;
/** The options of a handler without the check. */
export type HandlerKind =
  | { readonly as?: 'json' }
  | { readonly as: 'cookie'; readonly domain?: string };

export type RunningApp = {
  readonly ask: (user?: string) => Promise<Response>;
  readonly close: () => Promise<unknown>;
};
export type StartApp = (
  images: GrantMinter,
  check: CheckUser,
  how: HandlerKind,
) => Promise<RunningApp>;

function optionsOf<Request>(
  how: HandlerKind,
  grant: (request: Request) => Promise<GrantRequest | undefined>,
): GrantHandlerOptions<Request> {
  return { ...how, grant } as GrantHandlerOptions<Request>;
}

const headersOf = (user?: string): Record<string, string> =>
  user === undefined ? {} : { 'x-user': user };

const own = { cookie: 'session=1; Path=/', cacheControl: 'public, max-age=60' };
const sentence = (error: unknown): string =>
  `the application says: ${error instanceof Error ? error.message : error}`;

type ExpressRequest = { readonly get: (name: string) => string | undefined };
type ExpressReply = Parameters<ReturnType<typeof expressGrants>>[1] & {
  readonly sendStatus: (code: number) => unknown;
  readonly send: (body: string) => unknown;
};
type Server = {
  readonly once: (event: 'listening', then: () => void) => void;
  readonly address: () => AddressInfo;
  readonly close: (then: () => void) => void;
};
type ExpressApp = {
  readonly use: (handler: (...all: never[]) => unknown) => void;
  readonly get: (path: string, handler: (...all: never[]) => unknown) => void;
  readonly listen: (port: number, host: string) => Server;
};

const startExpress: StartApp = async (images, check, how) => {
  const app = framework<() => ExpressApp>('express')();
  app.use((_request: unknown, reply: ExpressReply, next: () => void) => {
    reply.append('set-cookie', own.cookie);
    reply.set('cache-control', own.cacheControl);
    next();
  });
  const options = optionsOf(how, (request: ExpressRequest) => check(request.get('x-user')));
  app.get('/grant', expressGrants(images, options));
  app.use((error: unknown, _request: unknown, reply: ExpressReply, _next: unknown) => {
    reply.status(500);
    reply.send(sentence(error));
  });
  const server = app.listen(0, '127.0.0.1');
  await new Promise<void>((listening) => server.once('listening', listening));
  const url = `http://127.0.0.1:${server.address().port}/grant`;
  return {
    ask: (user) => fetch(url, { headers: headersOf(user) }),
    close: () => new Promise<void>((closed) => server.close(closed)),
  };
};

type FastifyRequest = { readonly headers: Readonly<Record<string, string | undefined>> };
type FastifyReply = Parameters<ReturnType<typeof fastifyGrants>>[1] & {
  readonly send: (body: string) => unknown;
};
type FastifyApp = {
  readonly addHook: (
    name: 'onRequest',
    hook: (request: FastifyRequest, reply: FastifyReply) => Promise<void>,
  ) => void;
  readonly setErrorHandler: (
    handler: (error: unknown, request: FastifyRequest, reply: FastifyReply) => unknown,
  ) => void;
  readonly get: (
    path: string,
    handler: (request: FastifyRequest, reply: FastifyReply) => unknown,
  ) => void;
  readonly listen: (where: { readonly port: number; readonly host: string }) => Promise<string>;
  readonly close: () => Promise<void>;
};

const startFastify: StartApp = async (images, check, how) => {
  const app = framework<() => FastifyApp>('fastify')();
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('set-cookie', own.cookie);
    reply.header('cache-control', own.cacheControl);
  });
  const options = optionsOf(how, ({ headers }: FastifyRequest) => check(headers['x-user']));
  app.get('/grant', fastifyGrants(images, options));
  app.setErrorHandler((error, _request, reply) => {
    reply.code(500);
    reply.send(sentence(error));
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    ask: (user) => fetch(`${url}/grant`, { headers: headersOf(user) }),
    close: app.close,
  };
};

type HonoContext = Parameters<ReturnType<typeof honoGrants>>[0] & {
  readonly req: { readonly header: (name: string) => string | undefined };
  readonly text: (body: string, status: 500) => Response;
};
type HonoApp = {
  readonly use: (handler: (context: HonoContext, next: () => Promise<void>) => unknown) => void;
  readonly get: (path: string, handler: (context: HonoContext) => unknown) => void;
  readonly onError: (handler: (error: unknown, context: HonoContext) => Response) => void;
  readonly request: (path: string, init: object) => Promise<Response>;
};

const startHono: StartApp = async (images, check, how) => {
  const { Hono } = framework<{ Hono: new () => HonoApp }>('hono');
  const app = new Hono();
  app.use(async (context, next) => {
    context.header('set-cookie', own.cookie, { append: true });
    context.header('cache-control', own.cacheControl);
    await next();
  });
  const options = optionsOf(how, ({ req }: HonoContext) => check(req.header('x-user')));
  app.get('/grant', honoGrants(images, options));
  app.onError((error, context) => context.text(sentence(error), 500));
  return {
    ask: async (user) => app.request('/grant', { headers: headersOf(user) }),
    close: async () => undefined,
  };
};

export const apps: readonly (readonly [name: string, start: StartApp])[] = [
  ['Express', startExpress],
  ['Fastify', startFastify],
  ['Hono', startHono],
];
