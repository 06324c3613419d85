import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningStack, startRunningStack } from '../running-stack.ts';
import { picture, policy, type StackClient, stackClient } from './stack-client.ts';

let stack: RunningStack;
let client: StackClient;

beforeAll(async () => {
  stack = await startRunningStack();
  client = await stackClient(stack.instance);
  await client.publish(policy);
  await client.put('a.png', await picture('red'));
  const noise = { raw: { width: 600, height: 600, channels: 3 } } as const;
  const large = sharp(randomBytes(600 * 600 * 3), noise).png();
  await client.put('large.png', await large.toBuffer());
});
afterAll(() => stack.stop());

const host = 'img.acme.test';
const short = (path: string): string => path.replace('/acme/', '/');

describe("a tenant's own host", () => {
  it('serves the same as the main host, from the same cache, without the tenant in the path', async () => {
    const path = client.path();
    const [first, second] = [
      await client.get(path),
      await client.get(short(path), { headers: { host } }),
    ];
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.headers['x-cache']).toBe('Hit from cloudfront');
    expect(second.body).toEqual(first.body);
  });

  it('redirects to an image that is too large for the function', async () => {
    const path = client.path({ path: 'large.png', operations: ['format,f_png'] });
    const { status, headers } = await client.get(short(path), { headers: { host } });
    expect(status).toBe(307);
    const answer = await client.get(headers['location'] ?? '', { headers: { host } });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/png']);
  });

  it.each(['img.shop.test', 'img.acme.test.example.com', 'acme.test'])(
    'is not %s',
    async (other) => {
      const { status } = await client.get(short(client.path()), { headers: { host: other } });
      expect([400, 403]).toContain(status);
    },
  );
});
