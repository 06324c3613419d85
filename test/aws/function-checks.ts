import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import sharp from 'sharp';
import { expect } from 'vitest';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { nodeKeys } from '../../shared/adapters/random.ts';
import { withRoot } from '../../shared/keys/roots.ts';
import { secretIds } from '../../shared/keys/store.ts';
import { originEvent, viewerEvent } from '../edge/events.ts';
import { environmentOf } from '../process-tree.ts';
import { checks } from './checks.ts';
import { canIsolate, isIsolated } from './runtime.ts';
import {
  buckets,
  invalidatedItems,
  readObject,
  signet,
  signetJson,
  takeMessages,
  type World,
  writeFile,
} from './world.ts';

type GetWorld = () => World;
type Answer = { readonly status?: string; readonly uri?: string; readonly body?: string };

/** Sends a request of CloudFormation and returns what the function answers at the URL in it. */
async function requestFirstSecrets({ functions }: World, RequestType: string): Promise<object> {
  let answered = '';
  const server = createServer(async (request, response) => {
    answered = Buffer.concat(await request.toArray()).toString();
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await functions.secrets.invoke({
    ...{ RequestType, StackId: 'arn:of-the-stack', RequestId: 'one' },
    ...{ LogicalResourceId: 'FirstSecrets', ResponseURL: `http://127.0.0.1:${port}/?signed=1` },
  });
  server.closeAllConnections();
  server.close();
  return JSON.parse(answered) as object;
}

const readSecret = async ({ clients }: World, SecretId: string): Promise<string> =>
  (await clients.secrets.send(new GetSecretValueCommand({ SecretId, VersionStage: 'AWSCURRENT' })))
    .SecretString ?? '';

export function checkFirstSecrets(world: GetWorld): void {
  checks(
    'functions',
    'secrets: the custom resource is created',
    'fills the three secrets',
    async () => {
      expect(await requestFirstSecrets(world(), 'Create')).toMatchObject({
        Status: 'SUCCESS',
        Reason: 'The secrets exist.',
      });
      for (const id of Object.values(secretIds))
        expect(JSON.parse(await readSecret(world(), id))).toBeTypeOf('object');
    },
  );

  checks('functions', 'secrets: it is updated', 'changes no secret', async () => {
    const before = await readSecret(world(), secretIds.roots);
    expect(await requestFirstSecrets(world(), 'Update')).toMatchObject({ Status: 'SUCCESS' });
    expect(await readSecret(world(), secretIds.roots)).toBe(before);
  });
}

/** A tenant of its own, so that no function has seen its policy. */
async function makeTenant(world: World, tenant: string): Promise<void> {
  const operations = { resize: { w: [32, 48] }, format: { f: ['png'] } };
  const file = writeFile(world, `${tenant}.json`, JSON.stringify({ tenant, operations }));
  await signet('tenant', 'create', tenant, '--policy', file);
  const bytes = await sharp({
    create: { width: 100, height: 80, channels: 3, background: 'green' },
  })
    .png()
    .toBuffer();
  await signet('put', tenant, 'a b.png', writeFile(world, 'a.png', bytes));
}

async function mintEvent(tenant: string, width: number, change = (url: string) => url) {
  const { url } = await signetJson<{ readonly url: string }>(
    ...['mint', tenant, 'a b.png', `resize,w_${width}`, 'format,f_png'],
  );
  const { pathname, search } = new URL(change(url));
  return viewerEvent(pathname, search.slice(1));
}

const view = async ({ functions }: World, event: object): Promise<Answer> =>
  (await functions.viewerRequest.invoke(event)) as Answer;
const make = async ({ functions }: World, uri: string): Promise<Answer> =>
  (await functions.originResponse.invoke(originEvent(uri))) as Answer;

export function checkEdgeFunctions(world: GetWorld): void {
  const uri = '/edge/a%20b.png__op__resize,w_32__op__format,f_png';
  const key = 'edge/a b.png__op__resize,w_32__op__format,f_png';
  let made: Buffer | undefined;

  checks(
    'functions',
    'viewer-request: a URL of mint',
    'is allowed, and names the key',
    async () => {
      await makeTenant(world(), 'edge');
      expect(await view(world(), await mintEvent('edge', 32))).toMatchObject({ uri });
    },
  );

  checks(
    'functions',
    'viewer-request: a URL that was changed',
    'is refused without a call to S3 or Secrets Manager',
    async () => {
      const event = await mintEvent('edge', 32, (url) => url.replace('w_32', 'w_48'));
      world().cutter.requests();
      const refused = await view(world(), event);
      expect(refused).toMatchObject({ status: '403', body: '{"error":"forbidden"}' });
      expect(world().cutter.requests()).toEqual([]);
    },
  );

  checks('functions', 'viewer-request: the URL at another tenant', 'is refused', async () => {
    const event = await mintEvent('edge', 32, (url) => url.replace('/edge/', '/acme/'));
    expect(await view(world(), event)).toMatchObject({ status: '403' });
  });

  checks(
    'functions',
    'origin-response: a missing derivative',
    'is drawn and stored with If-None-Match: *',
    async () => {
      world().cutter.requests();
      const answer = await make(world(), uri);
      expect(answer.status).toBe('200');
      made = Buffer.from(answer.body ?? '', 'base64');
      expect(made.readUInt32BE(16)).toBe(32);
      expect(await readObject(world(), buckets.derivatives, key)).toEqual(made);
      const puts = world()
        .cutter.requests()
        .filter(({ method }) => method === 'PUT');
      expect(puts.map(({ headers }) => headers['if-none-match'])).toEqual(['*']);
    },
  );

  checks(
    'functions',
    'origin-response: the same miss at another location',
    'S3 refuses the second write with 412, and the answer is the same',
    async () => {
      const answer = await make(world(), uri);
      expect(Buffer.from(answer.body ?? '', 'base64')).toEqual(made);
      const stored = await readObject(world(), buckets.derivatives, key);
      const md5 = (bytes: Buffer = Buffer.alloc(0)) =>
        createHash('md5').update(bytes).digest('hex');
      expect(md5(stored)).toBe(md5(made));
    },
  );

  checks('functions', 'both: a view of a stored derivative', 'is answered from S3', async () => {
    const { url } = await signetJson<{ readonly url: string }>(
      ...['mint', 'edge', 'a b.png', 'resize,w_32', 'format,f_png'],
    );
    const answer = await fetch(url);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(made);
    expect(answer.headers.get('x-cache')).toBe('Hit from S3');
  });

  checks('functions', 'origin-response: a missing source', 'is source_missing', async () => {
    const answer = await make(world(), uri.replace('a%20b', 'nothing'));
    expect(answer).toMatchObject({ status: '404', body: '{"error":"source_missing"}' });
  });

  checks(
    'functions',
    'all: frozen between events, with their connections cut',
    'the next event is answered',
    async () => {
      const before = world().connectionsCut();
      await makeTenant(world(), 'later');
      const event = await mintEvent('later', 48);
      const { uri: fresh = '' } = await view(world(), event);
      expect(await make(world(), fresh)).toMatchObject({ status: '200' });
      expect(await make(world(), fresh.replace('w_48', 'w_32'))).toMatchObject({ status: '200' });
      expect(world().connectionsCut()).toBeGreaterThan(before);
    },
  );
}

/** The messages that the queue does not deliver yet. */
export async function countDelayed({ clients, queueUrl }: World): Promise<number> {
  const { Attributes } = await clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  return Number(Attributes?.['ApproximateNumberOfMessagesDelayed']);
}

/** Gives the purge function everything that is in the queue. */
export async function purgeQueued(world: World): Promise<unknown> {
  return world.functions.purge.invoke(await takeMessages(world));
}

export function checkPurge(world: GetWorld): void {
  checks(
    'functions',
    'purge: S3 reports that a source was replaced',
    'its derivatives are deleted, its tag is invalidated, and a second purge waits in the queue',
    async () => {
      await purgeQueued(world());
      await make(world(), '/edge/a%20b.png__op__resize,w_32__op__format,f_png');
      const before = await invalidatedItems(world());
      await signet('put', 'edge', 'a b.png', writeFile(world(), 'b.png', await replacement()));
      expect(await purgeQueued(world())).toEqual({ batchItemFailures: [] });
      const key = 'edge/a b.png__op__resize,w_32__op__format,f_png';
      expect(await readObject(world(), buckets.derivatives, key)).toBeUndefined();
      const items = await invalidatedItems(world());
      expect(items.length).toBeGreaterThan(before.length);
      expect(items.filter((item) => !item.startsWith('#'))).toEqual([]);
      expect(await countDelayed(world())).toBeGreaterThan(0);
    },
  );

  checks('functions', 'purge: a message that is not an event', 'stays in the queue', async () => {
    const event = { Records: [{ messageId: 'x', body: '{}' }] };
    expect(await world().functions.purge.invoke(event)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'x' }],
    });
  });
}

const replacement = (): Promise<Buffer> =>
  sharp({ create: { width: 60, height: 60, channels: 3, background: 'black' } })
    .png()
    .toBuffer();

export function checkRotation(world: GetWorld): void {
  checks(
    'functions',
    'secrets: Secrets Manager rotates the roots',
    'a root key is added, the old URL stays valid, and the render secret follows',
    async () => {
      const { clients, functions } = world();
      const SecretId = secretIds.roots;
      const { url } = await signetJson<{ readonly url: string }>(
        ...['mint', 'edge', 'a b.png', 'resize,w_48', 'format,f_png'],
      );
      const render = await readSecret(world(), secretIds.render);
      const ClientRequestToken = randomUUID();
      const now = Math.floor(Date.now() / 1_000);
      const k = nodeKeys.rootMaterial();
      const { text } = withRoot(nodeCrypto, await readSecret(world(), SecretId), { k, now });
      await clients.secrets.send(
        new PutSecretValueCommand({
          ...{ SecretId, ClientRequestToken, SecretString: text },
          VersionStages: ['AWSPENDING'],
        }),
      );
      for (const Step of ['createSecret', 'setSecret', 'testSecret', 'finishSecret'])
        await functions.secrets.invoke({ Step, SecretId, ClientRequestToken });
      const { VersionIdsToStages = {} } = await clients.secrets.send(
        new DescribeSecretCommand({ SecretId }),
      );
      expect(VersionIdsToStages[ClientRequestToken]).toEqual(['AWSCURRENT']);
      expect(await readSecret(world(), SecretId)).toBe(text);
      expect(await readSecret(world(), secretIds.render)).not.toBe(render);
      expect((await fetch(url)).status).toBe(200);
    },
  );
}

export function checkProcesses(world: GetWorld): void {
  checks(
    'functions',
    'all four: their processes',
    canIsolate ? 'are not root, can write only to /tmp, and have no HOME' : 'have no HOME',
    async () => {
      for (const one of Object.values(world().functions)) {
        expect(environmentOf(one.pid())).not.toMatch(/(?:^|\0)HOME=/);
        expect(isIsolated(one.pid())).toBe(canIsolate);
      }
    },
  );
}
