import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { expect, vi } from 'vitest';
import { command } from '../cli/in-process.ts';
import { jsonLog } from '../operator/logs/access-logs.ts';
import { checks } from './checks.ts';
import {
  buckets,
  invalidatedItems,
  readObject,
  signet,
  signetJson,
  type World,
  writeFile,
} from './world.ts';

type GetWorld = () => World;
type Minted = { readonly url: string };

const source = (background: string): Promise<Buffer> =>
  sharp({ create: { width: 320, height: 200, channels: 3, background } })
    .jpeg()
    .toBuffer();

const policy = (widths: readonly number[]) =>
  JSON.stringify({
    tenant: 'acme',
    operations: { resize: { w: widths }, format: { f: ['png', 'webp'] } },
    presets: { thumb: 'resize,w_64__op__format,f_png' },
    urls: { grants: true },
  });

const mint = async (width: number, name = 'cat.jpg'): Promise<string> =>
  (await signetJson<Minted>('mint', 'acme', name, `resize,w_${width}`, 'format,f_png')).url;

/** The refusal code of a view, or its status. */
async function statusOf(url: string): Promise<string> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer.headers.get('x-signet-error') ?? String(answer.status);
}

/** A function that has just read the policy believes it for two seconds before it denies a request. */
const expectView = async (url: string, outcome: string): Promise<void> => {
  await vi.waitFor(async () => expect(await statusOf(url)).toBe(outcome), {
    timeout: 20_000,
    interval: 500,
  });
};

export function checkTenantCommands(world: GetWorld): void {
  const file = (widths: readonly number[]): string =>
    writeFile(world(), 'acme.json', policy(widths));

  checks('commands', 'tenant create acme', 'a signed policy is in the config bucket', async () => {
    expect(await signetJson('tenant', 'create', 'acme')).toMatchObject({ kid: 'r1.1' });
    const record = await readObject(world(), buckets.config, 'policies/acme.jws');
    expect(record?.toString()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  checks('commands', 'tenant list, tenant show acme', 'name the tenant', async () => {
    expect(await signetJson('tenant', 'list')).toMatchObject([{ tenant: 'acme' }]);
    expect(await signetJson('tenant', 'show', 'acme')).toMatchObject({ tenant: 'acme' });
  });

  checks('commands', 'policy diff FILE', 'shows what the file would change', async () => {
    expect(await signet('policy', 'diff', file([64, 128]))).toContain('128');
  });

  checks('commands', 'policy publish FILE', 'the file is live, as version 2', async () => {
    const args = ['policy', 'publish', file([64, 128]), '--reason', 'first'];
    expect(await signetJson(...args)).toMatchObject({ published: ['acme'] });
    expect(await signetJson('tenant', 'show', 'acme')).toMatchObject({
      operations: { resize: [{ w: [64, 128] }] },
    });
  });

  checks(
    'commands',
    'policy history acme, policy rollback acme',
    'the version before is live again, as a new version',
    async () => {
      await signet('policy', 'publish', file([64]), '--reason', 'narrower');
      await signet('policy', 'rollback', 'acme', '--reason', 'readers complained');
      const history = await signetJson<readonly { readonly version: number }[]>(
        ...['policy', 'history', 'acme'],
      );
      expect(history.map(({ version }) => version).toSorted()).toEqual([1, 2, 3, 4]);
      expect(await signetJson('tenant', 'show', 'acme')).toMatchObject({
        operations: { resize: [{ w: [64, 128] }] },
      });
    },
  );

  checks('commands', 'policy audit acme', 'every version is verified', async () => {
    expect(await signetJson('policy', 'audit', 'acme')).toMatchObject({
      verified: true,
      versions: 4,
    });
  });
}

export function checkSourceCommands(world: GetWorld): void {
  checks('commands', 'put acme cat.jpg FILE', 'the object has the bytes of the file', async () => {
    const bytes = await source('red');
    await signet('put', 'acme', 'cat.jpg', writeFile(world(), 'cat.jpg', bytes));
    expect(await readObject(world(), buckets.sources, 'acme/cat.jpg')).toEqual(bytes);
  });

  checks('commands', 'put acme album/ FILE FILE', 'only what is missing is uploaded', async () => {
    const files = ['a.jpg', 'b.jpg'];
    for (const name of files) writeFile(world(), name, await source('green'));
    const paths = files.map((name) => path.join(world().folder, name));
    await signet('put', 'acme', 'album/', ...paths.slice(0, 1));
    expect(await signetJson('put', 'acme', 'album/', ...paths)).toMatchObject({
      ...{ uploaded: 1, same: 1, refused: [] },
    });
    await signet('put', 'acme', 'album/a.jpg', '--focus', '30,70');
  });

  checks('commands', 'ls acme album/, get, rm', 'list, download and delete it', async () => {
    expect(await signetJson('ls', 'acme', 'album/')).toMatchObject([
      { path: 'album/a.jpg', contentType: 'image/jpeg', focus: '30,70' },
      { path: 'album/b.jpg', focus: null },
    ]);
    const file = path.join(world().folder, 'got.jpg');
    await signet('get', 'acme', 'album/b.jpg', file);
    expect(readFileSync(file)).toEqual(await source('green'));
    const removed = await signetJson('rm', 'acme', 'album/*', '--yes');
    expect(removed).toMatchObject([{ removed: 2 }]);
    expect(await readObject(world(), buckets.sources, 'acme/album/a.jpg')).toBeUndefined();
  });

  checks('commands', 'mint acme cat.jpg …', 'the URL is a picture of that width', async () => {
    const answer = await fetch(await mint(64));
    const body = Buffer.from(await answer.arrayBuffer());
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png']);
    // The width of a PNG: https://www.w3.org/TR/png-3/#11IHDR
    expect(body.readUInt32BE(16)).toBe(64);
  });

  checks('commands', 'grant acme cat.jpg', 'one grant shows two recipes', async () => {
    const { grant } = await signetJson<{ readonly grant: string }>(
      ...['grant', 'acme', 'cat.jpg', '--expires', '1h'],
    );
    for (const width of [64, 128]) {
      const recipe = `cat.jpg__op__resize,w_${width}__op__format,f_png`;
      await expectView(`${world().bridge.address}/acme/${recipe}?grant=${grant}`, '200');
    }
  });

  checks('commands', 'explain URL', 'says that it is allowed, and what was changed', async () => {
    const url = await mint(64);
    expect(await signetJson('explain', url)).toMatchObject({
      key: 'acme/cat.jpg__op__resize,w_64__op__format,f_png',
      stored: true,
    });
    const changed = url.replace('w_64', 'w_128');
    await expectView(changed, 'forbidden');
    const said = await command(['explain', changed, '--target', 'aws:signet'], {});
    expect([said.code, said.stdout]).toEqual([1, expect.stringContaining('forbidden')]);
  });

  checks('commands', 'prewarm acme LIST', 'makes what is missing, and nothing twice', async () => {
    await signet('put', 'acme', 'dog.jpg', writeFile(world(), 'dog.jpg', await source('blue')));
    const list = writeFile(world(), 'list.txt', 'dog.jpg\ncat.jpg\n');
    const args = ['prewarm', 'acme', list, '--concurrency', '1'];
    expect(await signetJson(...args)).toMatchObject({ made: 1, already: 1 });
    expect(await signetJson(...args)).toMatchObject({ made: 0, skipped: 2 });
    rmSync(`${list}.done`);
    expect(await signetJson(...args)).toMatchObject({ made: 0, already: 2 });
  });

  checks(
    'commands',
    'purge acme cat.jpg',
    'its derivatives are gone, and CloudFront has an invalidation by tag',
    async () => {
      const key = 'acme/cat.jpg__op__resize,w_64__op__format,f_png';
      expect(await readObject(world(), buckets.derivatives, key)).toBeDefined();
      await signet('purge', 'acme', 'cat.jpg');
      expect(await readObject(world(), buckets.derivatives, key)).toBeUndefined();
      const items = await invalidatedItems(world());
      expect(items.length).toBeGreaterThan(0);
      expect(items.filter((item) => !item.startsWith('#'))).toEqual([]);
    },
  );

  checks(
    'commands',
    'block acme URL, unblock',
    'the image is refused when it ends, and the policy lists its source',
    async () => {
      // The functions hold the old policy for up to a minute, and the command waits for it.
      const url = await mint(64, 'dog.jpg');
      const done = await signetJson('block', 'acme', url, '--reason', 'court');
      expect(done).toMatchObject({ check: { state: 'refused' } });
      expect(await statusOf(url)).toBe('denied_blocked');
      expect(await signetJson('tenant', 'show', 'acme')).toMatchObject({ blocked: ['dog.jpg'] });
      await signet('unblock', 'acme', 'dog.jpg', '--reason', 'lifted');
      expect(await signetJson('tenant', 'show', 'acme')).toMatchObject({ blocked: [] });
    },
  );
}

export function checkKeyCommands(): void {
  checks(
    'commands',
    'keys show, keys show acme --env',
    'print the root kids and a key',
    async () => {
      expect(await signetJson('keys', 'show')).toEqual({ roots: [{ kid: 'r1' }] });
      expect(await signet('keys', 'show', 'acme', '--env')).toMatch(/SIGNET_KEY=\S+/);
    },
  );

  checks(
    'commands',
    'keys rotate acme, keys retire acme r1.1',
    'r1.2 is the only kid',
    async () => {
      expect(await signetJson('keys', 'rotate', 'acme')).toMatchObject({ active: 'r1.2' });
      await signet('keys', 'retire', 'acme', 'r1.1', '--yes');
      expect(await signetJson('tenant', 'show', 'acme')).toMatchObject({
        keys: { active: 'r1.2', accept: ['r1.2'] },
      });
    },
  );

  checks('commands', 'keys rotate', 'Secrets Manager has a second root key', async () => {
    await signet('keys', 'rotate');
    const { roots } = await signetJson<{ readonly roots: readonly object[] }>('keys', 'show');
    expect(roots).toHaveLength(2);
  });
}

const logsClient = (region: string): CloudWatchLogsClient => new CloudWatchLogsClient({ region });

/** Writes the lines of a function to its log group, as Lambda does, and exports them again. */
async function exportLog(world: World): Promise<string> {
  const logs = logsClient('us-east-1');
  const at = { logGroupName: '/signet/signet-viewer-request', logStreamName: 'stream' };
  const lines = readFileSync(world.functions.viewerRequest.log, 'utf8').split('\n');
  const logEvents = lines
    .filter((line) => line.startsWith('{'))
    .map((message) => ({ message, timestamp: Date.now() }));
  await logs.send(new CreateLogStreamCommand(at));
  await logs.send(new PutLogEventsCommand({ ...at, logEvents }));
  const { events = [] } = await logs.send(new FilterLogEventsCommand(at));
  const text = events.map(({ message }) => message).join('\n');
  return writeFile(world, 'exported.log', `${text}\n`);
}

async function retentionIn(region: string): Promise<readonly (number | undefined)[]> {
  const { logGroups = [] } = await logsClient(region).send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: '/signet/' }),
  );
  return logGroups.map(({ retentionInDays }) => retentionInDays);
}

export function checkLogCommands(world: GetWorld): void {
  checks(
    'commands',
    'stats FILE, of an exported log',
    'counts the views of the tenant',
    async () => {
      const file = await exportLog(world());
      expect(await signet('stats', file)).toContain('acme');
    },
  );

  checks(
    'commands',
    'usage',
    'reads the access logs in the bucket that the stack names, and lists what is stored',
    async () => {
      const { s3 } = world().clients;
      const Body = gzipSync(jsonLog([{ url: '/acme/cat.jpg', bytes: 9 }, { url: '/x/y' }]));
      const Key = 'cloudfront/2026/08/01/12/E1.2026-08-01-12.a.gz';
      await s3.send(new PutObjectCommand({ Bucket: buckets.logs, Key, Body }));
      const { rows } = await signetJson<{ readonly rows: readonly object[] }>(
        ...['usage', '--since', '2026-08'],
      );
      const acme = {
        tenant: 'acme',
        period: '2026-08',
        views: 1,
        hits: 1,
        bytes: 9,
        renders: null,
      };
      expect(rows).toContainEqual(
        expect.objectContaining({ ...acme, storedBytes: expect.any(Number) }),
      );
      expect(rows).toContainEqual(expect.objectContaining({ tenant: '(unknown)', views: 1 }));
      expect(await signet('usage', '--athena')).toContain(`s3://${buckets.logs}/cloudfront/`);
    },
  );

  checks('commands', 'logs retention', 'every group has the days of us-east-1', async () => {
    const logGroupName = '/signet/signet-viewer-request';
    for (const region of ['eu-west-1', 'ca-central-1'])
      await logsClient(region).send(new CreateLogGroupCommand({ logGroupName }));
    await signet('logs', 'retention');
    for (const [region, expected] of [
      ['us-east-1', [30, 30]],
      ['eu-west-1', [30, 30]],
      ['sa-east-1', [30, 30]],
      ['ca-central-1', [30]],
      ['af-south-1', []],
    ] as const)
      expect([region, await retentionIn(region)]).toEqual([region, expected]);
  });

  checks('commands', 'logs retention 90', 'sets other days', async () => {
    await signet('logs', 'retention', '90');
    expect(await retentionIn('eu-west-1')).toEqual([90, 90]);
  });

  checks('commands', 'tenant delete acme', 'its policy and derivatives are gone', async () => {
    await expectView(await mint(128), '200');
    const { derivatives } = await signetJson<{ readonly derivatives: number }>(
      ...['tenant', 'delete', 'acme', '--yes', '--reason', 'left'],
    );
    expect(derivatives).toBeGreaterThan(0);
    expect(await signetJson('tenant', 'list')).not.toContainEqual(
      expect.objectContaining({ tenant: 'acme' }),
    );
  });

  checks(
    'commands',
    'tenant list --target aws:nobody',
    'says that there is no such stack',
    async () => {
      const { code, stderr } = await command(['tenant', 'list', '--target', 'aws:nobody'], {});
      expect([code, stderr]).toEqual([
        1,
        'signet: there is no stack nobody in us-east-1 of this account\n',
      ]);
    },
  );
}
