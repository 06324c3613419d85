import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CloudFront } from '../../../local/cloudfront/server.ts';
import { type Answer, ask } from '../cloudfront/stub-distribution.ts';
import { picture, policy, type StackClient, stackClient } from './stack-client.ts';
import { type StackParts, startStackParts } from './stack-parts.ts';

let parts: StackParts;
let client: StackClient;
let cdn: CloudFront;

beforeAll(async () => {
  parts = await startStackParts();
  client = await stackClient(parts.instance);
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
afterAll(() => parts?.close());
beforeEach(async () => {
  await parts.s3.up();
  await parts.secrets.up();
});

const get = (path: string): Promise<Answer> => ask(cdn.port, path);
let recipes = 0;
/** A URL that was not requested before. */
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

/** Repeats a request until it succeeds, or until the timeout of the test. */
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
      await parts[name].down();
      cdn = await parts.freshCdn();
      const url = newUrl();
      expectUnavailable(await get(url));
      expectUnavailable(await get(url));
      await parts[name].up();
      expect(await recovered(url)).toMatchObject({ status: 200 });
    },
  );

  it('while secrets are down refuses unsigned requests and reveals nothing more', async () => {
    await parts.secrets.down();
    cdn = await parts.freshCdn();
    expect((await get('/acme/a.png')).text).toBe('{"error":"forbidden"}');
    expectUnavailable(await get(newUrl().replace('a.png', 'b.png')));
    await parts.secrets.up();
    const forged = newUrl().replace('a.png', 'b.png');
    expect((await recovered(forged)).text).toBe('{"error":"forbidden"}');
  });
});

describe('a distribution that runs', () => {
  it('works without secrets, because keys are cached for an hour', async () => {
    cdn = await parts.freshCdn();
    expect(await get(newUrl())).toMatchObject({ status: 200 });
    await parts.secrets.down();
    expect(await get(newUrl())).toMatchObject({ status: 200 });
    expect(await get(newUrl().replace('sig=', 'sig=A'))).toMatchObject({ status: 403 });
  });

  it('caches the render secret at its first image, so large images work without it', async () => {
    cdn = await parts.freshCdn();
    expect(await get(newUrl())).toMatchObject({ status: 200 });
    await parts.secrets.down();
    const large = client.path({ path: 'large.png', operations: ['format,f_png'] });
    expect(await get(large)).toMatchObject({ status: 307 });
    const answer = await get(large);
    await parts.secrets.up();
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBeGreaterThan(778_240);
  });

  it('answers from its cache without S3, and does not cache errors of S3', async () => {
    cdn = await parts.freshCdn();
    const [held, wanted] = [newUrl(), newUrl()];
    const { body } = await get(held);
    await parts.s3.down();
    const cached = await get(held);
    expect(cached.headers['x-cache']).toBe('Hit from cloudfront');
    expect(cached.body.equals(body)).toBe(true);
    // CloudFront cannot reach its origin and answers with its own error page; no function runs.
    expect(await get(wanted)).toMatchObject({ status: 502 });
    await parts.s3.up();
    expect(await recovered(wanted)).toMatchObject({ status: 200 });
    expect((await get(wanted)).headers['x-cache']).toBe('Hit from cloudfront');
  });

  it('does not know a tenant while S3 is down, and knows it when S3 is back', async () => {
    await client.publish({ ...policy, tenant: 'late' });
    cdn = await parts.freshCdn();
    expect(await get(newUrl())).toMatchObject({ status: 200 });
    await parts.s3.down();
    const url = client.path({ tenant: 'late', path: 'a.png' });
    expectUnavailable(await get(url));
    await parts.s3.up();
    expect((await recovered(url)).text).toBe('{"error":"source_missing"}');
  });
});
