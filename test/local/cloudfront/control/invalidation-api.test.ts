import {
  CloudFrontClient,
  CreateInvalidationCommand,
  GetInvalidationCommand,
  ListDistributionsCommand,
} from '@aws-sdk/client-cloudfront';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInvalidationApi } from '../../../../local/cloudfront/control/invalidation-api.ts';
import { ask } from '../stub-distribution.ts';

type Api = Awaited<ReturnType<typeof startInvalidationApi>>;

const dropped: (readonly string[])[] = [];
const clients: CloudFrontClient[] = [];
let api: Api;
let references = 0;

beforeAll(async () => {
  const all = { accessKeyId: 'operator', secretAccessKey: 'operator-secret', allows: () => true };
  const reader = {
    accessKeyId: 'reader',
    secretAccessKey: 'reader-secret',
    allows: (action: string) => action === 'cloudfront:GetInvalidation',
  };
  api = await startInvalidationApi({
    host: '127.0.0.1',
    port: 0,
    identities: [all, reader],
    invalidate: (items) => {
      dropped.push(items);
      return items.length;
    },
  });
});

afterAll(async () => {
  for (const client of clients) client.destroy();
  await api.close();
});

function client(accessKeyId = 'operator', secretAccessKey = `${accessKeyId}-secret`) {
  const made = new CloudFrontClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${api.port}`,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
  clients.push(made);
  return made;
}

function batch(items: readonly string[], reference?: string, quantity = items.length) {
  references += 1;
  return new CreateInvalidationCommand({
    DistributionId: 'EDFDVBD6EXAMPLE',
    InvalidationBatch: {
      CallerReference: reference ?? `reference-${references}`,
      Paths: { Quantity: quantity, Items: [...items] },
    },
  });
}

describe('the real SDK', () => {
  const batches: readonly (readonly string[])[] = [
    ['/a'],
    ['/a', '/b/*', '#s-0123456789abcdef', 'c'],
    ['/a&b<c>"d', "/it's%20%2B"],
  ];

  it.each(batches)('invalidates %s and reads it back', async (...items) => {
    const made = await client().send(batch(items));
    expect(dropped.at(-1)).toEqual(items);
    expect(made.$metadata.httpStatusCode).toBe(201);
    expect(made.Location).toContain(`/invalidation/${made.Invalidation?.Id}`);
    expect(made.Invalidation?.Status).toBe('Completed');
    const Id = made.Invalidation?.Id;
    const read = await client('reader').send(
      new GetInvalidationCommand({ DistributionId: 'EDFDVBD6EXAMPLE', Id }),
    );
    expect(read.Invalidation).toEqual(made.Invalidation);
    expect(read.Invalidation?.InvalidationBatch?.Paths?.Items).toEqual(items);
    expect(read.Invalidation?.CreateTime).toBeInstanceOf(Date);
  });

  it('gets the same invalidation for the same batch and an error for another', async () => {
    const first = await client().send(batch(['/once'], 'mine'));
    const before = dropped.length;
    const second = await client().send(batch(['/once'], 'mine'));
    expect(second.Invalidation?.Id).toBe(first.Invalidation?.Id);
    await expect(client().send(batch(['/other'], 'mine'))).rejects.toMatchObject({
      name: 'InvalidationBatchAlreadyExists',
    });
    expect(dropped).toHaveLength(before);
  });

  const refused: readonly (readonly [string, readonly string[], number, string])[] = [
    ['a wrong quantity', ['/a'], 2, 'InconsistentQuantities'],
    ['a star in the middle', ['/a*b'], 1, 'InvalidArgument'],
    ['a tilde', ['/a~b'], 1, 'InvalidArgument'],
    ['a space', ['/a b'], 1, 'InvalidArgument'],
    ['raw unicode', ['/é'], 1, 'InvalidArgument'],
    ['an empty path', [''], 1, 'InvalidArgument'],
    ['an empty tag', ['#'], 1, 'InvalidArgument'],
    ['16 wildcards', Array.from({ length: 16 }, (_, n) => `/${n}/*`), 16, 'BatchTooLarge'],
    ['3,001 paths', Array.from({ length: 3_001 }, (_, n) => `/${n}`), 3_001, 'BatchTooLarge'],
  ];

  it.each(refused)('is refused %s', async (_name, items, quantity, name) => {
    const before = dropped.length;
    await expect(client().send(batch(items, undefined, quantity))).rejects.toMatchObject({ name });
    expect(dropped).toHaveLength(before);
  });

  const strangers: readonly (readonly [string, string, string, string])[] = [
    ['an unknown key', 'nobody', 'nobody-secret', 'InvalidClientTokenId'],
    ['a wrong secret', 'operator', 'guessed', 'SignatureDoesNotMatch'],
    ['an identity that may not', 'reader', 'reader-secret', 'AccessDenied'],
  ];

  it.each(strangers)('is refused with %s', async (_name, id, secret, name) => {
    const before = dropped.length;
    await expect(client(id, secret).send(batch(['/a']))).rejects.toMatchObject({ name });
    expect(dropped).toHaveLength(before);
  });

  it('gets a clear error for unknown operations and ids', async () => {
    const unknown = new GetInvalidationCommand({ DistributionId: 'E1', Id: 'I0000000000000' });
    await expect(client().send(unknown)).rejects.toMatchObject({ name: 'NoSuchInvalidation' });
    await expect(client().send(new ListDistributionsCommand())).rejects.toMatchObject({
      name: 'NotImplemented',
    });
  });
});

describe('a request that is not the SDK’s', () => {
  it('is refused if it is not signed', async () => {
    const path = '/2020-05-31/distribution/E1/invalidation';
    const answer = await ask(api.port, path, { method: 'POST' });
    expect(answer.status).toBe(403);
    expect(answer.text).toContain('<Code>MissingAuthenticationToken</Code>');
  });

  it('is refused if its body was changed', async () => {
    const tampering = client();
    tampering.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: string };
        request.body = request.body.replace('/safe', '/evil');
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const before = dropped.length;
    await expect(tampering.send(batch(['/safe']))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    expect(dropped).toHaveLength(before);
  });
});
