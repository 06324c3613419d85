import type { ServerResponse } from 'node:http';
import { usageFailure } from '../../operator/failure.ts';
import { policyOf } from '../../operator/keys/signer.ts';
import { mintUrl } from '../../operator/mint/mint-url.ts';
import { thumbnailRecipe } from '../../operator/mint/thumbnail-recipe.ts';
import { readSource } from '../../shared/objects/sources.ts';
import { contentTypeOf } from '../../shared/operations/image-type.ts';
import { seconds } from '../../shared/ports.ts';
import { sendFailure } from './answer.ts';
import type { CallContext } from './call.ts';
import { pictureHeaders } from './security-headers.ts';

/*
 * Pictures come through the server, so that the page needs no other address than its own, and so that what a viewer
 * gets can be timed.
 */

/** In milliseconds: a render may take nine seconds, and its Region may be far. */
const patienceMs = 30_000;
const thumbnailLifetime = 3_600;

/** What a viewer would see of an answer, besides its picture. */
const shownHeaders = [
  ...['age', 'cache-control', 'content-disposition', 'etag', 'last-modified', 'vary', 'x-cache'],
  ...['x-signet-error', 'x-signet-report', 'location', 'retry-after'],
] as const;

/** A type that a browser shows and cannot run; anything else is bytes. */
const shownType = (type: string | null): string =>
  /^(?:image\/(?!svg)[a-z0-9.+-]+|application\/json)(?:;|$)/.test(type ?? '')
    ? (type ?? '')
    : 'application/octet-stream';

function headersOf(answer: Response): Readonly<Record<string, string>> {
  const shown = shownHeaders.flatMap((name) => {
    const value = answer.headers.get(name);
    return value === null ? [] : [[`x-viewed-${name}`, value] as const];
  });
  return {
    ...pictureHeaders,
    'cache-control': 'no-store',
    'content-type': shownType(answer.headers.get('content-type')),
    ...Object.fromEntries(shown),
  };
}

/** Views a URL of the installation. Only its own address is asked, whatever the page sends. */
async function sendView({ open }: CallContext, response: ServerResponse, query: URLSearchParams) {
  const asked = URL.parse(query.get('url') ?? '');
  const { address } = await open();
  if (asked === null || asked.origin !== new URL(address).origin)
    throw usageFailure(`only URLs of ${address} can be viewed`);
  const begun = performance.now();
  const answer = await fetch(asked, {
    headers: { accept: query.get('accept') ?? 'image/*' },
    redirect: 'manual',
    signal: AbortSignal.timeout(patienceMs),
  });
  const body = Buffer.from(await answer.arrayBuffer());
  const milliseconds = String(Math.round(performance.now() - begun));
  response
    .writeHead(200, {
      ...headersOf(answer),
      'x-viewed-status': String(answer.status),
      'x-viewed-milliseconds': milliseconds,
    })
    .end(body);
}

/** A small picture of a source, as the policy allows it. */
async function sendThumbnail(
  context: CallContext,
  response: ServerResponse,
  query: URLSearchParams,
) {
  const { open, clock, target } = context;
  const [tenant, path] = [query.get('tenant') ?? '', query.get('path') ?? ''];
  const policy = await policyOf(await open(), tenant);
  const width = Number(query.get('width') ?? 160);
  const operations = thumbnailRecipe(policy, path, width, seconds(clock));
  if (operations === undefined)
    throw usageFailure(`the policy of ${tenant} allows no small picture`);
  const minted = await mintUrl(
    open,
    { tenant, path, operations, lifetime: thumbnailLifetime, check: false, target },
    seconds(clock),
  );
  const answer = await fetch(minted.url, {
    headers: { accept: 'image/avif,image/webp' },
    signal: AbortSignal.timeout(patienceMs),
  });
  response
    .writeHead(answer.ok ? 200 : 404, {
      ...headersOf(answer),
      'cache-control': 'private, max-age=300',
    })
    .end(Buffer.from(await answer.arrayBuffer()));
}

/** The source itself, as it is stored. */
async function sendSource({ open }: CallContext, response: ServerResponse, query: URLSearchParams) {
  const installation = await open();
  const target = { tenant: query.get('tenant') ?? '', path: query.get('path') ?? '' };
  const { source } = await policyOf(installation, target.tenant);
  const { bytes, type, focus } = await readSource(
    await installation.sourceReaders(),
    target,
    source,
  );
  response
    .writeHead(200, {
      ...pictureHeaders,
      'cache-control': 'no-store',
      'content-type': contentTypeOf(type),
      ...(focus === undefined ? {} : { 'x-source-focus': `${focus.x},${focus.y}` }),
    })
    .end(bytes);
}

const kinds = { view: sendView, thumbnail: sendThumbnail, source: sendSource } as const;

/** Answers `GET /picture/KIND`. */
export async function sendPicture(
  context: CallContext,
  response: ServerResponse,
  { pathname, searchParams }: URL,
): Promise<void> {
  const kind = pathname.slice('/picture/'.length);
  try {
    if (!Object.hasOwn(kinds, kind)) throw usageFailure(`there is no picture ${kind}`);
    await kinds[kind as keyof typeof kinds](context, response, searchParams);
  } catch (thrown) {
    sendFailure(response, thrown, context.target === 'local');
  }
}
