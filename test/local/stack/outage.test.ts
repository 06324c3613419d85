import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CloudFront } from '../../../local/cloudfront/server.ts';
import { type Answer, ask } from '../cloudfront/stand.ts';
import { type Pieces, startPieces } from './pieces.ts';
import { picture, policy, type StackClient, stackClient } from './stack-client.ts';

let pieces: Pieces;
let client: StackClient;
let cdn: CloudFront;

beforeAll(async () => {
  pieces = await startPieces();
  client = await stackClient(pieces.instance);
  await client.publish(policy);
  await client.put('a.png', await picture('red'));
  const noise = { raw: { width: 600, height: 600, channels: 3 } } as const;
  await client.put(
    'large.png',
    await sharp(randomBytes(600 * 600 * 3), noise)
      .png()
      .toBuffer(),
  );
});
afterAll(() => pieces?.close());
beforeEach(async () => {
  await pieces.s3.up();
  await pieces.secrets.up();
});

const get = (path: string): Promise<Answer> => ask(cdn.port, path);
let recipes = 0;
/** A URL that nobody has asked for yet. */
function newUrl(path = 'a.png'): string {
  recipes += 1;
  return client.path({ path, operations: [`resize,w_${recipes}`] });
}

function expectUnavailable({ status, text, headers }: Answer): void {
  expect({ status, text }).toEqual({ status: 503, text: '{"error":"unavailable"}' });
  expect(headers).toMatchObject({
    'x-signet-error': 'unavailable',
    'cache-control': 'no-store',
    'retry-after': '1',
  });
}

/** Asks again until the answer is there; the test's own time-out is half a minute. */
async function recovered(path: string): Promise<Answer> {
  let answer = await get(path);
  while (answer.status >= 500) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer = await get(path);
  }
  return answer;
}

describe('a distribution that starts', () => {
  it.each(['secrets', 's3'] as const)(
    'while %s is away is unavailable until it is back',
    async (name) => {
      await pieces[name].down();
      cdn = await pieces.freshCdn();
      const url = newUrl();
      expectUnavailable(await get(url));
      expectUnavailable(await get(url));
      await pieces[name].up();
      expect(await recovered(url)).toMatchObject({ status: 200 });
    },
  );

  it('while secrets are away lets nobody in who has no key, and says nothing more', async () => {
    await pieces.secrets.down();
    cdn = await pieces.freshCdn();
    expect((await get('/acme/a.png')).text).toBe('{"error":"forbidden"}');
    expectUnavailable(await get(newUrl().replace('a.png', 'b.png')));
    await pieces.secrets.up();
    const forged = newUrl().replace('a.png', 'b.png');
    expect((await recovered(forged)).text).toBe('{"error":"forbidden"}');
  });
});

describe('a distribution that runs', () => {
  it('goes on without secrets: what it knows holds for an hour', async () => {
    cdn = await pieces.freshCdn();
    expect(await get(newUrl())).toMatchObject({ status: 200 });
    await pieces.secrets.down();
    expect(await get(newUrl())).toMatchObject({ status: 200 });
    expect(await get(newUrl().replace('sig=', 'sig=A'))).toMatchObject({ status: 403 });
  });

  it('has the render secret from its first image on, so that a large one is redirected without it', async () => {
    cdn = await pieces.freshCdn();
    expect(await get(newUrl())).toMatchObject({ status: 200 });
    await pieces.secrets.down();
    const large = client.path({ path: 'large.png', operations: ['format,f_png'] });
    expect(await get(large)).toMatchObject({ status: 307 });
    const answer = await get(large);
    await pieces.secrets.up();
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBeGreaterThan(778_240);
  });

  it('answers from its cache without S3, and never keeps what S3 could not say', async () => {
    cdn = await pieces.freshCdn();
    const [held, wanted] = [newUrl(), newUrl()];
    const { body } = await get(held);
    await pieces.s3.down();
    const cached = await get(held);
    expect(cached.headers['x-cache']).toBe('Hit from cloudfront');
    expect(cached.body.equals(body)).toBe(true);
    // CloudFront cannot reach its origin: its own page, before any function could say a word.
    expect(await get(wanted)).toMatchObject({ status: 502 });
    await pieces.s3.up();
    expect(await recovered(wanted)).toMatchObject({ status: 200 });
    expect((await get(wanted)).headers['x-cache']).toBe('Hit from cloudfront');
  });

  it('does not know a tenant while S3 is away, and knows it as soon as it is back', async () => {
    await client.publish({ ...policy, tenant: 'late' });
    cdn = await pieces.freshCdn();
    expect(await get(newUrl())).toMatchObject({ status: 200 });
    await pieces.s3.down();
    const url = client.path({ tenant: 'late', path: 'a.png' });
    expectUnavailable(await get(url));
    await pieces.s3.up();
    expect((await recovered(url)).text).toBe('{"error":"source_missing"}');
  });
});
