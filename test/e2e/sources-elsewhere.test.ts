import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localAddress } from '../../shared/deployment/local-endpoints.ts';
import { command, json } from '../cli/in-process.ts';
import { type RunningStack, startRunningStack } from '../local/running-stack.ts';
import { colourOf, picture } from '../local/stack/stack-client.ts';
import { credentials } from './installation.ts';

/* Tenants whose sources are in buckets that are not Signet's own: the commands, the functions and the purges. */

const tenants = ['a', 'ab', 'a-b', 'acme'];
const entries = {
  photos: { bucket: 'photos.example', region: 'eu-west-1', prefix: 'Img/{tenant}/', tenants },
  films: { bucket: 'films', region: 'ap-southeast-2', prefix: 'a/', tenants: ['acme'] },
  closed: { bucket: 'closed', region: 'us-east-1', prefix: '{tenant}/', tenants, list: false },
};

let stack: RunningStack;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-elsewhere-'));
  const file = path.join(folder, 'sources.json');
  await writeFile(file, JSON.stringify(entries));
  stack = await startRunningStack({ environment: { SIGNET_SOURCES: file } });
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The owner of a bucket, with a client of its Region. */
function ownerOf(name: keyof typeof entries): S3Client {
  const { region } = entries[name];
  const endpoint = localAddress(stack.instance.host, stack.instance.ports.s3);
  return new S3Client({ region, endpoint, forcePathStyle: true, credentials });
}

async function upload(name: keyof typeof entries, Key: string, colour: string): Promise<void> {
  const Body = await picture(colour);
  const Bucket = entries[name].bucket;
  await ownerOf(name).send(new PutObjectCommand({ Bucket, Key, Body }));
}

const environment = () => ({ SIGNET_HOME: stack.home, SIGNET_TARGET: '', SIGNET_KEY: '' });
const signet = <T = Record<string, unknown>>(...args: readonly string[]) =>
  json<T>(args, environment());

async function refused(...args: readonly string[]) {
  const { code, stderr } = await command([...args, '--json'], environment());
  const said = JSON.parse(stderr) as { readonly error: string; readonly message: string };
  return { code, ...said };
}

async function policyFile(tenant: string, source: object): Promise<string> {
  const file = path.join(folder, `${tenant}.json`);
  await writeFile(
    file,
    JSON.stringify({ tenant, operations: { resize: { w: [20, 40] } }, source }),
  );
  return file;
}
const publish = async (tenant: string, source: object, ...more: readonly string[]) =>
  signet('policy', 'publish', await policyFile(tenant, source), ...more);

async function view(tenant: string, name = 'cat.png', width = 20) {
  const { url } = await signet<{ url: string }>('mint', tenant, name, `resize,w_${width}`);
  const answer = await fetch(url);
  const body = Buffer.from(await answer.arrayBuffer());
  if (answer.status !== 200) return answer.headers.get('x-signet-error');
  return (await colourOf(body)).join();
}

const red = '255,0,0';
const blue = '0,0,255';

describe('a tenant whose sources are elsewhere', () => {
  it('is served from its own part of the bucket, whatever the others have there', async () => {
    const colours = ['#010000', '#020000', '#030000', '#040000'];
    for (const [at, tenant] of tenants.entries()) {
      await publish(tenant, { from: 'photos' });
      await upload('photos', `Img/${tenant}/cat.png`, colours[at] ?? '');
    }
    // Keys next to those parts, which no tenant has.
    await upload('photos', 'Img/cat.png', 'white');
    await upload('photos', 'img/a/only.png', 'white');
    for (const [at, tenant] of tenants.entries()) {
      expect([tenant, await view(tenant)]).toEqual([tenant, `${at + 1},0,0`]);
      expect([tenant, await view(tenant, 'only.png')]).toEqual([tenant, 'source_missing']);
    }
  });

  it('sees a change in that bucket at once, and so does nobody else', async () => {
    await upload('photos', 'Img/a/cat.png', 'red');
    expect([await view('a'), await view('ab')]).toEqual([red, '2,0,0']);
    await ownerOf('photos').send(
      new DeleteObjectCommand({ Bucket: 'photos.example', Key: 'Img/a/cat.png' }),
    );
    expect([await view('a'), await view('ab')]).toEqual(['source_missing', '2,0,0']);
  });

  it('cannot upload with the command, but for watermarks', async () => {
    const file = path.join(folder, 'a.png');
    await writeFile(file, await picture('blue'));
    expect(await refused('put', 'acme', 'cat.png', file)).toEqual({
      code: 1,
      error: 'foreign_source',
      message:
        'the sources of acme are in "photos", a bucket that Signet only reads; upload cat.png there with its owner\'s tools; nothing was uploaded',
    });
    expect(await signet('put', 'acme', '_watermarks/m.png', file)).toMatchObject({
      watermark: 'm',
    });
  });

  it.each([
    [['put', 'acme', 'x/', 'FILE', 'FILE2'], 'upload them', 'uploaded'],
    [['put', 'acme', 'cat.png', '--focus', '1,2'], 'set the metadata focus of cat.png', 'changed'],
    [['rm', 'acme', 'cat.png', '--yes'], 'delete cat.png', 'changed'],
    [['rm', 'acme', '*', '--yes'], 'delete *', 'changed'],
  ])('is not changed by %j', async (words, todo, outcome) => {
    const file = path.join(folder, 'a.png');
    await writeFile(file, await picture('blue'));
    const found = words.map((word) => word.replace('FILE2', folder).replace('FILE', file));
    expect(await refused(...found)).toEqual({
      ...{ code: 1, error: 'foreign_source' },
      message: `the sources of acme are in "photos", a bucket that Signet only reads; ${todo} there with its owner's tools; nothing was ${outcome}`,
    });
  });

  it('is listed and downloaded, and its watermarks can be deleted', async () => {
    await upload('photos', 'Img/acme/deep/dog.png', 'red');
    expect(await signet('ls', 'acme', 'deep/')).toMatchObject([{ path: 'deep/dog.png' }]);
    const paths = await signet<{ readonly path: string }[]>('ls', 'acme');
    expect(paths.map((one) => one.path)).toContain('_watermarks/m.png');
    const file = path.join(folder, 'dog.png');
    await signet('get', 'acme', 'deep/dog.png', file);
    expect((await readFile(file)).equals(await picture('red'))).toBe(true);
    await signet('rm', 'acme', '_watermarks/m.png', '--yes');
    expect(await signet('ls', 'acme', '_watermarks/')).toEqual([]);
  });

  it('moves only with a purge of all its derivatives, now in the queue', async () => {
    await upload('films', 'a/web/cat.png', 'blue');
    const file = await policyFile('acme', { from: 'films', prefix: 'web/' });
    expect(await refused('policy', 'publish', file)).toMatchObject({
      code: 1,
      error: 'invalid_policy',
      message: expect.stringContaining('add --purge'),
    });
    await signet('policy', 'publish', file, '--purge');
    expect(await view('acme', 'cat.png', 40)).toBe(blue);
    // What is stored is deleted when every function has the policy.
    expect(await view('acme')).toBe('4,0,0');
    const queue = path.join(stack.home, 'purges');
    const messages = await Promise.all(
      (await readdir(queue)).map((name) => readFile(path.join(queue, name), 'utf8')),
    );
    expect(messages.filter((body) => body === '{"purgeTenant":"acme"}')).toHaveLength(4);
  });

  it('is told about events by the path in its URLs', async () => {
    await upload('films', 'a/web/cat.png', 'red');
    expect(await view('acme', 'cat.png', 40)).toBe(red);
  });

  it.each([
    [{ from: 'other' }, 'names the source "other", which the deployment does not list'],
    [{ from: 'films' }, 'does not list for ab'],
  ])('may not choose %j', async (source, sentence) => {
    const file = await policyFile('ab', source);
    const { code, message } = await refused('policy', 'publish', file, '--purge');
    expect([code, message]).toEqual([1, expect.stringContaining(sentence)]);
  });
});

describe('doctor', () => {
  type Found = { readonly findings: readonly { readonly check: string; readonly found: string }[] };

  async function foundFor(tenant: string, ...more: readonly string[]): Promise<string | undefined> {
    const { stdout } = await command(['doctor', ...more, '--json'], environment());
    const { findings } = JSON.parse(stdout) as Found;
    return findings.find(({ check }) => check === `source ${tenant}`)?.found;
  }

  it('views a source of each such tenant through the functions', async () => {
    expect(await foundFor('ab')).toBe('the render role reads "photos"');
    expect(await foundFor('demo')).toBeUndefined();
  });

  it('needs the name of an object if the bucket cannot be listed', async () => {
    await publish('ab', { from: 'closed' }, '--purge');
    await upload('closed', 'ab/cat.png', 'blue');
    expect(await refused('ls', 'ab')).toEqual({
      ...{ code: 1, error: 'unavailable' },
      message: 'the sources of ab cannot be listed: their bucket "closed" has "list": false',
    });
    expect(await view('ab', 'none.png')).toBe('source_missing');
    expect(await foundFor('ab')).toMatch(/^"closed" was not read; name an object of it/);
    expect(await foundFor('ab', '--object', 'ab/cat.png')).toBe('the render role reads "closed"');
    expect(await foundFor('ab', '--object', 'ab/none.png')).toBe(
      '"closed" has no object for none.png, or denies the render role',
    );
    expect(await refused('doctor', '--object', 'ab')).toMatchObject({ code: 2, error: 'usage' });
    expect(await refused('doctor', '--object', 'nobody/cat.png')).toMatchObject({ code: 2 });
  });

  it('does not take a blocked object for a bucket that cannot be read', async () => {
    await signet('block', 'ab', 'cat.png', '--reason', 'court order', '--no-wait');
    expect(await foundFor('ab', '--object', 'ab/cat.png')).toMatch(/^"closed" was not read; name/);
    await signet('unblock', 'ab', 'cat.png', '--reason', 'lifted');
  });
});

it('explain says from where a source would be read', async () => {
  await upload('closed', 'ab/new.png', 'blue');
  const { url } = await signet<{ url: string }>('mint', 'ab', 'new.png', 'resize,w_20');
  const { stages } = await signet<{ stages: readonly { stage: string }[] }>('explain', url);
  expect(stages.find(({ stage }) => stage === 'source')).toMatchObject({
    ok: true,
    data: { from: 'closed', type: 'png' },
  });
});
