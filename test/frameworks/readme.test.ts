import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { root } from '../../build/functions.ts';
import { signet, withGrant } from '../../client/signet.ts';
import { compilerOutput, installed } from '../client/installed-package.ts';
import { exportsOf, frameworkExamples, frameworkOf } from '../client/readme-examples.ts';
import { acme, edge } from '../client/test-edge.ts';
import { isMissing, modules } from './frameworks.ts';

/** Uses the package with the types of the frameworks, in addition to the examples. */
const source = `
import { type GrantedOptions, signet, withGrant } from '@signet-images/client';
import { grantHandler as expressGrants } from '@signet-images/client/express';
import { grantHandler as fastifyGrants } from '@signet-images/client/fastify';
import { grantHandler as honoGrants } from '@signet-images/client/hono';
import { imageLoader } from '@signet-images/client/next';
import { generate, transform, type UnpicOperations } from '@signet-images/client/unpic';
import express, { type Request } from 'express';
import { fastify, type FastifyRequest } from 'fastify';
import { type Context, Hono } from 'hono';
import type { ImageLoader } from 'next/image.js';
import type { Operations, TransformerFunction } from 'unpic';

const images = signet();
export const loader: ImageLoader = imageLoader(withGrant({ url: 'https://h', tenant: 'a' }));
export const operations = (one: UnpicOperations): Operations => one;
export const transformer: TransformerFunction<UnpicOperations, GrantedOptions> = transform;
export const generator: TransformerFunction<UnpicOperations, GrantedOptions> = generate;
express().get('/', expressGrants(images, { grant: ({ path }: Request) => ({ scope: path }) }));
fastify().get('/', fastifyGrants(images, { grant: ({ url }: FastifyRequest) => ({ scope: url }), as: 'cookie' }));
new Hono().get('/', honoGrants(images, { grant: async ({ req }: Context) => ({ scope: req.path }) }));
`;

/** Installs the frameworks next to the package, as in an application that uses both. */
async function linkFrameworks(): Promise<void> {
  const manifest = await readFile(new URL('../package.json', modules), 'utf8');
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  for (const name of [...Object.keys(dependencies), '@types/express-serve-static-core']) {
    const link = path.join(installed.home, 'node_modules', name);
    await mkdir(path.dirname(link), { recursive: true });
    if (!existsSync(link)) await symlink(fileURLToPath(new URL(name, modules)), link);
  }
}

type Server = { readonly address: () => { readonly port: number }; readonly close: () => void };
/** Hono answers without a server, Fastify listens at a URL, and Express returns a server of Node. */
type App =
  | { readonly fetch: (request: Request) => Promise<Response> }
  | { readonly listen: (where: object) => Promise<string>; readonly close: () => Promise<void> }
  | { readonly listen: (port: number) => Server };

/** The answers of an example's application, with and without an authorized user. */
async function answersOf(app: App): Promise<readonly Response[]> {
  const known = { headers: { authorization: 'Bearer 42' } };
  const askBoth = async (origin: string, ask: (request: Request) => Promise<Response>) => [
    await ask(new Request(`${origin}/grant`, known)),
    await ask(new Request(`${origin}/grant`)),
  ];
  if ('fetch' in app) return askBoth('http://localhost', async (request) => app.fetch(request));
  if ('close' in app) {
    const answers = await askBoth(await app.listen({ port: 0 }), fetch);
    await app.close();
    return answers;
  }
  const server = app.listen(0);
  const answers = await askBoth(`http://localhost:${server.address().port}`, fetch);
  server.close();
  return answers;
}

describe.skipIf(isMissing('the framework examples of the client’s README'))(
  'the README’s examples for frameworks',
  () => {
    beforeAll(linkFrameworks);
    afterEach(() => {
      vi.unstubAllEnvs();
    });

    const exampleFor = (name: string, number = 0): Promise<Readonly<Record<string, unknown>>> => {
      const code = frameworkExamples.filter((one) => frameworkOf(one) === name)[number] ?? '';
      return exportsOf(code, `${name}-${number}`);
    };

    it('exist for each framework and compile with its types', async () => {
      const names = frameworkExamples.map(frameworkOf).toSorted();
      expect(names).toEqual(['express', 'fastify', 'hono', 'next', 'unpic']);
      const typeRoots = [path.join(root, 'node_modules', '@types')];
      const options = {
        ...{ module: 'nodenext', lib: ['es2022', 'dom'], jsx: 'preserve' },
        ...{ types: ['node'], typeRoots, skipLibCheck: true },
      };
      expect(await compilerOutput('frameworks', options, source, ...frameworkExamples)).toBe('');
    });

    it.each(['express', 'fastify', 'hono'])('answer with grants in %s', async (name) => {
      const { app } = await exampleFor(name);
      const [known, unknown] = await answersOf(app as App);
      expect([known?.status, unknown?.status]).toEqual([200, 403]);
      const url = withGrant(JSON.parse((await known?.text()) ?? '')).url('users/42/a.jpg');
      const cookie = known?.headers.get('set-cookie') ?? undefined;
      expect(await edge(url, undefined, cookie?.split(';')[0])).toBe(
        'acme/users/42/a.jpg__op__format,f_src',
      );
    });

    it('write URLs for next/image', async () => {
      const { default: loader } = await exampleFor('next');
      const url = (loader as (one: object) => string)({ src: '/albums/1.jpg', width: 320 });
      const cookie = `signet-grant=${await signet(acme).grant({ scope: '*' })}`;
      expect(await edge(url, 'image/avif', cookie)).toBe(
        'acme/albums/1.jpg__op__resize,w_320__op__quality,q_75__op__format,f_avif',
      );
    });

    it('write URLs for unpic', async () => {
      const { props } = await exampleFor('unpic');
      const { src } = props as { src: string };
      const cookie = `signet-grant=${await signet(acme).grant({ scope: '*' })}`;
      expect(await edge(src, 'image/avif', cookie)).toBe(
        'acme/albums/2026/1.jpg__op__resize,m_fill,w_800,h_600__op__quality,q_60__op__format,f_avif',
      );
    });
  },
);
