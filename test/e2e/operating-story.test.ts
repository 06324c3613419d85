import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretsClient, secretsManager } from '../../shared/adapters/secrets-manager.ts';
import { localAccess } from '../../shared/deployment/local-endpoints.ts';
import { mintableAfterSeconds } from '../../shared/keys/keyring.ts';
import { secretIds } from '../../shared/keys/store.ts';
import { command } from '../cli/in-process.ts';
import { type RunningStack, startRunningStack } from '../local/running-stack.ts';
import { type Stores, storesOf } from '../local/stack/stack-client.ts';
import { sampleFile } from './installation.ts';
import { runBlock, typedBlocks } from './typed-block.ts';

/*
 * The incidents of docs/operating.md: their commands as they are printed, against `npm start`, with viewers before and
 * after. The sections are one story, in the order of the page.
 */

const page = 'docs/operating.md';
const ran = new Set<string>();

let folder = '';
let stack: RunningStack;
let stores: Stores;

/** Writes the policy file: `resize` to these widths, and more fields. */
function writePolicy(w: readonly number[], more: object = {}): Promise<void> {
  const policy = { tenant: 'acme', operations: { resize: { w } }, ...more };
  return writeFile(path.join(folder, 'policies/acme.json'), JSON.stringify(policy));
}

const environment = () => ({ SIGNET_HOME: stack.home, SIGNET_TARGET: '', SIGNET_KEY: '' });

/** Runs a command that the page does not print. */
async function type(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await command(args, environment());
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stdout}${stderr}`);
  return stdout.trim();
}

/** Runs the next block of a section that was not run yet. */
async function follow(heading: string, change = (block: string) => block): Promise<string> {
  const block = typedBlocks(page, heading).find((one) => !ran.has(`${heading}\n${one}`));
  if (block === undefined) throw new Error(`"${heading}" has no further block`);
  ran.add(`${heading}\n${block}`);
  return runBlock(change(block), { folder, environment: environment() });
}

const mint = (width: number, source = 'lake.jpg') =>
  type('mint', 'acme', source, `resize,w_${width}`);

/** The code of the refusal, or the status. */
async function view(url: string): Promise<string> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  return answer.headers.get('x-signet-error') ?? String(answer.status);
}

async function derivatives(): Promise<number> {
  let count = 0;
  for await (const key of stores.derivatives.list('acme/')) count += key === '' ? 0 : 1;
  return count;
}

/** Lets the 20 minutes pass after which every function knows a root key. */
async function ageRootKeys(): Promise<void> {
  const client = secretsClient(localAccess(stack.instance, 'secretsManager'), {
    connectionTimeout: 2_000,
    requestTimeout: 10_000,
    maxAttempts: 1,
  });
  const secrets = secretsManager(client);
  const roots = JSON.parse((await secrets.read(secretIds.roots)) ?? '') as {
    readonly keys: readonly { readonly iat?: number }[];
  };
  const keys = roots.keys.map((key) =>
    key.iat === undefined ? key : { ...key, iat: key.iat - mintableAfterSeconds },
  );
  await secrets.write(secretIds.roots, JSON.stringify({ ...roots, keys }));
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-operating-'));
  await mkdir(path.join(folder, 'policies'));
  stack = await startRunningStack({ home: path.join(folder, '.signet') });
  stores = storesOf(stack.instance);
  await writePolicy([200, 400]);
  await type('tenant', 'create', 'acme', '--policy', path.join(folder, 'policies/acme.json'));
  for (const source of ['lake.jpg', 'albums/7/photo.jpg'])
    await type('put', 'acme', source, sampleFile('alpine-lake.jpg'));
});
afterAll(async () => {
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('the incidents of docs/operating.md', () => {
  it("a tenant's key leaked", async () => {
    const heading = "A tenant's key leaked";
    const leaked = await mint(200);
    expect(await view(leaked)).toBe('200');
    expect(await follow(heading)).toContain('SIGNET_KID=r1.2');
    expect(await view(leaked)).toBe('200');
    expect(await follow(heading)).toContain('r1.1');
    expect(await view(leaked)).toBe('denied_kid');
    expect(await view(await mint(200))).toBe('200');
  });

  it('a root key leaked', async () => {
    const heading = 'A root key leaked';
    const leaked = await mint(200);
    await follow(heading);
    await ageRootKeys();
    expect(await follow(heading)).toContain('SIGNET_KID=r2.1');
    expect(await view(leaked)).toBe('200');
    const checked = await follow(heading);
    expect(checked).toContain('Retired root key r1');
    expect(checked).toContain('No problems found');
    expect(await view(leaked)).toBe('forbidden');
    expect(await view(await mint(200))).toBe('200');
  });

  it('a tenant is hostile', async () => {
    const heading = 'A tenant is hostile';
    const [narrow, wide] = [await mint(200), await mint(400)];
    expect([await view(narrow), await view(wide)]).toEqual(['200', '200']);
    expect(await follow(heading)).toMatch(/acme/);
    await follow(heading);
    expect(await view(narrow)).toBe('denied_blocked');
    await writePolicy([200]);
    await follow(heading);
    expect(await derivatives()).toBe(0);
    expect([await view(narrow), await view(wide)]).toEqual(['200', 'denied_value']);
  });

  it('a decoder has a hole', async () => {
    const heading = 'A decoder has a hole';
    const webp = await sharp(sampleFile('alpine-lake.jpg')).webp().toBuffer();
    await writeFile(path.join(folder, 'check.webp'), webp);
    await type('put', 'acme', 'photo.webp', path.join(folder, 'check.webp'));
    const before = await mint(200, 'photo.webp');
    expect(await view(before)).toBe('200');
    await writePolicy([200], { source: { types: ['jpg', 'png', 'gif'] } });
    await follow(heading);
    const check = await follow(heading);
    expect(await view(check.split('\n').at(-1) ?? '')).toBe('source_unsupported');
    expect(await view(before)).toBe('200');
    await follow(heading);
    expect(await view(before)).toBe('source_unsupported');
    await writePolicy([200]);
    await type('policy', 'publish', path.join(folder, 'policies/acme.json'));
  });

  it('take an image down', async () => {
    const heading = 'Take an image down';
    const url = await mint(200, 'albums/7/photo.jpg');
    expect(await view(url)).toBe('200');
    await follow(heading);
    expect(await view(url)).toBe('denied_blocked');
    await follow(heading);
    expect(await view(url)).toBe('200');
    expect(await follow(heading)).toContain('_watermarks/logo.png');
    await stores.sources.remove(['acme/albums/7/photo.jpg']);
    await follow(heading);
    expect(await view(url)).toBe('source_missing');
  });

  it('a policy broke a page', async () => {
    const heading = 'A policy broke a page';
    const broken = await mint(200);
    await writePolicy([400]);
    await type('policy', 'publish', path.join(folder, 'policies/acme.json'));
    expect(await view(broken)).toBe('denied_value');
    const explained = await follow(heading, (block) => block.replace('URL', broken));
    expect(explained).toContain('denied_value');
    await follow(heading);
    expect(await view(broken)).toBe('200');
    await writePolicy([200, 400]);
    await follow(heading);
    expect([await view(broken), await view(await mint(400))]).toEqual(['200', '200']);
  });

  it('a bucket was restored', async () => {
    const heading = 'A bucket was restored';
    expect(await derivatives()).toBeGreaterThan(0);
    await follow(heading);
    expect(await derivatives()).toBe(0);
    const live = JSON.parse(await type('policy', 'history', 'acme', '--json')) as readonly {
      readonly version: number;
    }[];
    const older = await stores.config.get('audit/acme/1.jws', { maxBytes: 100_000 });
    if (older === undefined || typeof older === 'string') throw new Error('no first version');
    await stores.config.put('policies/acme.jws', older.body, { contentType: 'application/jose' });
    const last = `${live[0]?.version}`;
    const said = await follow(heading, (block) => block.replace(/acme 9/, `acme ${last}`));
    expect(said).toContain(`npx signet policy rollback acme ${last} --reason`);
    expect(said).toMatch(/No problems found in [0-9]+ checks$/);
    expect(await view(await mint(400))).toBe('200');
  });

  it('leave out no command', () => {
    const headings = new Set([...ran].map((one) => one.split('\n')[0] ?? ''));
    const blocks = [...headings].flatMap((heading) => typedBlocks(page, heading));
    expect(blocks.length).toBe(ran.size);
    expect(headings.size).toBe(7);
  });
});
