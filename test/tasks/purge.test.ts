import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readInvalidationLine } from '../../operator/logs/invalidation-line.ts';
import {
  localAddress,
  localBuckets,
  localDistribution,
} from '../../shared/deployment/local-endpoints.ts';
import { type RunningStack, startRunningStack } from '../local/running-stack.ts';
import { picture, policy, type StackClient, stackClient } from '../local/stack/stack-client.ts';
import { logLines } from '../log-lines.ts';

/* The function as Lambda runs it, against S3 and CloudFront of a running stack, and a queue that listens. */

type Sent = { readonly body: string; readonly seconds: number };

/** SQS, as far as one message can be sent to it. */
async function startQueue() {
  const sent: Sent[] = [];
  const server = http.createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const asked = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, never>;
      sent.push({ body: asked['MessageBody'] ?? '', seconds: asked['DelaySeconds'] ?? 0 });
      const MD5OfMessageBody = createHash('md5')
        .update(asked['MessageBody'] ?? '')
        .digest('hex');
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ MessageId: 'm', MD5OfMessageBody }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { sent, address: `http://127.0.0.1:${port}`, close: () => server.close() };
}

let stack: RunningStack;
let client: StackClient;
let queue: Awaited<ReturnType<typeof startQueue>>;
let handler: typeof import('../../tasks/purge.ts').handler;

beforeAll(async () => {
  stack = await startRunningStack();
  client = await stackClient(stack.instance);
  await client.publish(policy);
  await client.put('a b+c.png', await picture('red'));
  queue = await startQueue();
  const { host, ports } = stack.instance;
  const variables = {
    AWS_ENDPOINT_URL_S3: localAddress(host, ports.s3),
    AWS_ENDPOINT_URL_CLOUDFRONT: localAddress(host, ports.cloudFront),
    AWS_ENDPOINT_URL_SQS: queue.address,
    AWS_ACCESS_KEY_ID: 'signet',
    AWS_SECRET_ACCESS_KEY: 'signet-local',
    SIGNET_SOURCES_BUCKET: localBuckets.sources,
    SIGNET_CONFIG_BUCKET: localBuckets.config,
    SIGNET_DERIVATIVES_BUCKET: localBuckets.derivatives,
    SIGNET_DISTRIBUTION_ID: localDistribution,
    SIGNET_PURGE_QUEUE: `${queue.address}/000000000000/purge`,
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.stubGlobal('SIGNET_CONFIG', { sources: {} });
  ({ handler } = await import('../../tasks/purge.ts'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  queue?.close();
  await stack?.stop();
});

const batch = (...bodies: readonly string[]): SQSEvent =>
  ({ Records: bodies.map((body, at) => ({ messageId: `m${at}`, body })) }) as SQSEvent;

const changed = (bucket: string, key: string): string =>
  JSON.stringify({
    Records: [
      { eventName: 'ObjectRemoved:Delete', s3: { bucket: { name: bucket }, object: { key } } },
    ],
  });

const url = () => client.path({ path: 'a b+c.png', operations: ['resize,w_40'] });
async function view(path = url()): Promise<string> {
  const { status, headers } = await client.get(path);
  return `${status} ${headers['x-cache']}`;
}

describe('the purge function', () => {
  it('deletes the derivatives of a source in the bucket and in the cache', async () => {
    const path = url();
    expect([await view(path), await view(path)]).toEqual([
      '200 Miss from cloudfront',
      '200 Hit from cloudfront',
    ]);
    const event = changed(localBuckets.sources, 'acme/a+b%2Bc.png');
    const lines = logLines();
    expect(await handler(batch(event))).toEqual({ batchItemFailures: [] });
    expect(readInvalidationLine(String(lines[0]))).toMatchObject({
      ...{ tenant: 'acme', invalidations: 1 },
    });
    expect(await client.derivatives('a b+c.png')).toEqual([]);
    expect(await view(path)).toBe('200 Miss from cloudfront');
  });

  it('does so again a minute later, for renders that read the old source', async () => {
    const sent = queue.sent.at(-1);
    expect(sent).toEqual({ body: '{"purgeAgain":["acme/a b+c.png"]}', seconds: 60 });
    // What was made since stands for what that render has stored.
    expect(await client.derivatives('a b+c.png')).toHaveLength(1);
    const before = queue.sent.length;
    expect(await handler(batch(sent?.body ?? ''))).toEqual({ batchItemFailures: [] });
    expect(await client.derivatives('a b+c.png')).toEqual([]);
    expect(queue.sent).toHaveLength(before);
  });

  it('handles requests of operators', async () => {
    await view();
    const event = changed(localBuckets.config, 'purges/acme/a+b%2Bc.png');
    expect(await handler(batch(event))).toEqual({ batchItemFailures: [] });
    expect(await client.derivatives('a b+c.png')).toEqual([]);
  });

  it('returns messages that it cannot read', async () => {
    const lines = logLines();
    expect(await handler(batch('hello'))).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    expect(JSON.parse(String(lines[0]))).toMatchObject({
      function: 'purge',
      level: 'error',
      reason:
        'message m0 cannot be processed: it is neither an S3 event nor a message of this function',
    });
    vi.restoreAllMocks();
  });
});

it('says which setting is missing', async () => {
  vi.resetModules();
  vi.stubEnv('SIGNET_PURGE_QUEUE', '');
  await expect(import('../../tasks/purge.ts')).rejects.toThrow(
    'SIGNET_PURGE_QUEUE is not set; deploy the stack again',
  );
});
