import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DescribedFinding } from '../../operator/doctor/text/described-finding.ts';
import { secretsClient, secretsManager } from '../../shared/adapters/secrets-manager.ts';
import { localAccess, localBuckets } from '../../shared/deployment/local-endpoints.ts';
import { secretIds } from '../../shared/keys/store.ts';
import { auditKey, encodeRecord, policyKey, recordOptions } from '../../shared/versions/bucket.ts';
import { changesKey } from '../../shared/versions/changes.ts';
import { publishPolicy } from '../../shared/versions/publishing.ts';
import { signRecord } from '../../shared/versions/record.ts';
import { wordsOf } from '../docs/signet-words.ts';
import { command } from './in-process.ts';
import { startUnguardedStack } from './stack.ts';

/*
 * Every damage of a tenant that doctor knows: it is made in a real stack, the printed advice is carried out as it is
 * printed, and then doctor finds nothing, or the loss is acknowledged.
 */

type Stack = Awaited<ReturnType<typeof startUnguardedStack>>;

let folder = '';
let stack: Stack;
const home = (): string => path.join(folder, 'home');
const copy = (): string => path.join(folder, 'copy');
const start = (): Promise<Stack> => startUnguardedStack(undefined, home());
const allowing = (...w: readonly number[]) => ({ operations: { resize: { w } } });

/** Publishes without the checks and the time of a command. */
const publish = (tenant: string, policy: object) =>
  publishPolicy(stack.publishing, { tenant, ...policy }, { root: 'r1' });

const patience = { connectionTimeout: 2_000, requestTimeout: 20_000, maxAttempts: 2 };

const stored = { contentType: 'application/octet-stream' } as const;
const put = (key: string, body: string | Uint8Array = 'x') =>
  stack.config.put(key, Buffer.from(body), stored);
const remove = (...keys: readonly string[]) => stack.config.remove(keys);

async function read(key: string): Promise<Uint8Array> {
  const found = await stack.config.get(key, { maxBytes: 100_000 });
  return typeof found === 'object' ? found.body : new Uint8Array();
}

/** A version that a publisher has signed and that this release refuses. */
async function publishUnknown(tenant: string): Promise<void> {
  const { publisher, crypto } = stack.publishing;
  const previous = crypto.sha256Hex(Buffer.from(await read(policyKey(tenant))).toString());
  const policy = { tenant, operations: { nope: {} }, keys: { active: 'r1.1', accept: ['r1.1'] } };
  const at = new Date().toISOString();
  const record = { version: 4, at, by: 'x', reason: null, previous, retired: [], policy };
  const text = encodeRecord(await signRecord(await publisher(), record));
  await stack.config.put(auditKey(tenant, 4), text, recordOptions);
  await stack.config.put(policyKey(tenant), text, recordOptions);
}

type Damage = {
  readonly make: (tenant: string) => Promise<unknown>;
  /** What the advice needs. Default: the stack may run. */
  readonly needs?: 'a stopped stack' | 'a copy' | 'an acknowledgement';
  /** The check whose problem it is. */
  readonly check?: string;
};

const damages: Readonly<Record<string, Damage>> = {
  'junk-at-the-end': { make: (t) => put(auditKey(t, 4)), needs: 'a stopped stack' },
  'junk-far-away': { make: (t) => put(auditKey(t, 4_711)), needs: 'a stopped stack' },
  'first-version-again': {
    make: async (t) => put(auditKey(t, 4), await read(auditKey(t, 1))),
    needs: 'a stopped stack',
  },
  'version-of-another': {
    make: async (t) => put(auditKey(t, 4), await read(auditKey('demo', 1))),
    needs: 'a stopped stack',
  },
  'end-replaced': { make: (t) => put(auditKey(t, 3)), needs: 'a stopped stack' },
  'end-removed': { make: (t) => remove(auditKey(t, 3)) },
  'end-and-policy-replaced': {
    make: async (t) => Promise.all([put(auditKey(t, 3)), put(policyKey(t))]),
    needs: 'a stopped stack',
  },
  'middle-removed': { make: (t) => remove(auditKey(t, 2)), needs: 'a copy' },
  'middle-replaced': { make: (t) => put(auditKey(t, 2)), needs: 'a copy' },
  'middle-lost': { make: (t) => remove(auditKey(t, 2)), needs: 'an acknowledgement' },
  'middle-and-policy-lost': {
    make: (t) => remove(auditKey(t, 2), policyKey(t)),
    needs: 'an acknowledgement',
  },
  'all-replaced': {
    make: (t) =>
      Promise.all([policyKey(t), ...[1, 2, 3].map((at) => auditKey(t, at))].map((key) => put(key))),
    needs: 'a copy',
  },
  'all-lost': {
    make: (t) =>
      Promise.all([policyKey(t), ...[1, 2, 3].map((at) => auditKey(t, at))].map((key) => put(key))),
    needs: 'an acknowledgement',
  },
  'policy-removed': { make: (t) => remove(policyKey(t)) },
  'policy-before': { make: async (t) => put(policyKey(t), await read(auditKey(t, 2))) },
  'policy-much-older': { make: async (t) => put(policyKey(t), await read(auditKey(t, 1))) },
  'policy-replaced': { make: (t) => put(policyKey(t)) },
  'policy-of-another': { make: async (t) => put(policyKey(t), await read(policyKey('demo'))) },
  'deleted-and-put-back': {
    make: async (t) => {
      const text = await read(policyKey(t));
      await stack.json('tenant', 'delete', t, '--yes');
      await put(policyKey(t), text);
    },
  },
  'deleted-and-old-one-put-back': {
    make: async (t) => {
      await stack.json('tenant', 'delete', t, '--yes');
      await put(policyKey(t), await read(auditKey(t, 1)));
    },
  },
  'refused-by-this-release': { make: publishUnknown },
  'root-key-gone': {
    make: (t) => publish(t, { ...allowing(1), keys: { active: 'r1.1', accept: ['r1.1', 'r7.1'] } }),
  },
  'fallback-missing': { make: (t) => publish(t, { ...allowing(1), fallback: 'none.png' }) },
};

const tenants = Object.keys(damages);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-repair-'));
  stack = await start();
  for (const tenant of tenants) for (const w of [16, 32, 64]) await publish(tenant, allowing(w));
  await cp(home(), copy(), { recursive: true });
});
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

type Report = { readonly ok: boolean; readonly findings: readonly DescribedFinding[] };

async function runDoctor(...args: readonly string[]): Promise<Report> {
  const { stdout } = await stack.run('doctor', ...args, '--json');
  return JSON.parse(stdout) as Report;
}

/** The commands in an advice, with a value for each placeholder. */
function commandsIn(todo: string): readonly (readonly string[])[] {
  const sample = path.resolve('local/demo/samples/mark.png');
  return [...todo.matchAll(/npx signet ([^;]+)/g)].map(([, words = '']) =>
    wordsOf(words).map(
      (word) =>
        ({ TEXT: 'repaired', FOLDER: copy(), FILE: sample, PATH: 'none.png' })[word] ?? word,
    ),
  );
}

const openProblems = ({ findings }: Report): readonly DescribedFinding[] =>
  findings.filter(({ ok, acknowledged }) => !ok && acknowledged === undefined);

/** What doctor advises now, and to whom. */
async function readAdvice() {
  const problems = openProblems(await runDoctor());
  return problems.map(({ check, todo = '' }) => {
    const tenant = check.split(' ').at(-1) ?? '';
    return { needs: damages[tenant]?.needs, commands: commandsIn(todo) };
  });
}

const isRepair = (words: readonly string[]): boolean => words.includes('--repair');
const isAcceptance = (words: readonly string[]): boolean => words.includes('--acknowledge');

/** Carries out what is possible while the stack runs. */
async function followAdvice(): Promise<void> {
  for (const { needs, commands } of await readAdvice())
    for (const words of commands) {
      if (isRepair(words) || (isAcceptance(words) && needs !== 'an acknowledgement')) continue;
      // The first of two findings about a tenant may have been repaired by the one before.
      await command(words, stack.environment);
    }
}

/** The repairs that are left, each once. */
async function adviseRepairs(): Promise<readonly (readonly string[])[]> {
  const all = (await readAdvice()).flatMap(({ commands }) => commands.filter(isRepair));
  return [...new Map(all.map((words) => [words.join(' '), words])).values()];
}

describe('the advice of doctor', () => {
  it('names every damaged tenant, and each has something to do', async () => {
    for (const [tenant, { make }] of Object.entries(damages)) await make(tenant);
    await put(auditKey('ghost', 1));
    const problems = openProblems(await runDoctor());
    const checked = problems.map(({ check }) => check.split(' ').at(-1));
    expect([...tenants, 'ghost'].filter((one) => !checked.includes(one))).toEqual([]);
    expect(problems.filter(({ todo = '' }) => commandsIn(todo).length === 0)).toEqual([]);
  });

  it('leaves nothing to do once it is carried out as it is printed', async () => {
    // What is lost is accepted when the rest is repaired.
    await followAdvice();
    await followAdvice();
    const repairs = await adviseRepairs();
    const stopped = [...Object.entries(damages), ['ghost', { needs: 'a stopped stack' }] as const];
    expect(repairs.map(([, tenant]) => tenant).toSorted()).toEqual(
      stopped
        .flatMap(([tenant, { needs }]) =>
          needs === 'a stopped stack' || needs === 'a copy' ? [tenant] : [],
        )
        .toSorted(),
    );
    const { environment } = stack;
    const [first = []] = repairs;
    const early = await command([...first, '--yes'], environment);
    expect([early.code, early.stderr]).toEqual([
      1,
      expect.stringMatching(/already runs on .*kill/),
    ]);
    await stack.stop();
    const unasked = await command(first, environment);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringMatching(/Add --yes/)]);
    for (const words of repairs) {
      const { code, stderr } = await command([...words, '--yes'], environment);
      expect([words.join(' '), code, stderr]).toEqual([words.join(' '), 0, '']);
    }
    const again = await command([...first, '--yes'], environment);
    expect([again.code, again.stdout]).toEqual([0, 'Nothing to repair.\n']);
    stack = await start();
    expect(openProblems(await runDoctor())).toEqual([]);
  });

  it('keeps what was set aside', async () => {
    const kept: string[] = [];
    for await (const key of stack.config.list('quarantine/')) kept.push(key);
    const names = kept.map((key) => key.split('/').slice(2).join('/'));
    expect(names).toContain(auditKey('junk-at-the-end', 4));
    expect(names).toContain(auditKey('ghost', 1));
  });

  it('brings back what was live, and publishing goes on', async () => {
    for (const tenant of ['junk-at-the-end', 'end-replaced', 'all-replaced', 'policy-replaced']) {
      const { operations } = await stack.json<{ operations: unknown }>('tenant', 'show', tenant);
      expect([tenant, operations]).toEqual([tenant, { resize: [{ w: [64] }] }]);
      await stack.publish(tenant, allowing(128));
    }
    expect(openProblems(await runDoctor())).toEqual([]);
  });

  it('repairs a lost list of changes', async () => {
    await remove(changesKey);
    const [problem] = openProblems(await runDoctor());
    expect(problem?.check).toBe('changes');
    for (const words of commandsIn(problem?.todo ?? ''))
      expect((await command(words, stack.environment)).code).toBe(0);
    expect(openProblems(await runDoctor())).toEqual([]);
  });
});

/** The file of an object of the config bucket. */
function objectFile(key: string): string {
  const hash = createHash('sha256').update(key).digest('hex');
  const bucket = path.join(home(), 's3', 'buckets', localBuckets.config);
  return path.join(bucket, hash.slice(0, 2), hash.slice(2));
}

/** Does something to the files of all secrets, and to the file of a policy. */
async function harmFiles(harm: (file: string) => Promise<void>): Promise<void> {
  const secrets = path.join(home(), 'secrets');
  for (const name of await readdir(secrets)) await harm(path.join(secrets, name));
  await harm(objectFile(policyKey('policy-before')));
}

describe('a state folder whose secrets and one policy are', () => {
  it.each([
    ['lost', (file: string) => rm(file), 'is lost, and \\d+ tenants exist'],
    ['damaged', (file: string) => truncate(file, 9), 'is damaged'],
  ] as const)('%s is named at the start, and repaired from a copy', async (_what, harm, said) => {
    await stack.stop();
    await harmFiles(harm);
    const { environment } = stack;
    await expect(start()).rejects.toThrow(
      new RegExp(`^The secret .*/secrets/[0-9a-f]{64}\\.json\\)? ${said}`),
    );
    const repair = ['doctor', '--repair', '--yes'];
    const without = await command(repair, environment);
    expect([without.code, without.stderr]).toEqual([1, expect.stringMatching(/--from FOLDER/)]);
    const { code, stdout } = await command([...repair, '--from', copy()], environment);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/write the secret signet\/roots: from the copy/),
    ]);
    stack = await start();
    expect(openProblems(await runDoctor())).toEqual([]);
  });
});

describe('a secret that the running stack', () => {
  const secrets = () =>
    secretsManager(secretsClient(localAccess(stack.instance, 'secretsManager'), patience));
  const restart = async (between: () => Promise<unknown> = async () => undefined) => {
    await stack.stop();
    await between();
    stack = await start();
  };

  /** The advice of a check of a secret. */
  async function adviceOf(check: string): Promise<string> {
    return openProblems(await runDoctor()).find((one) => one.check === check)?.todo ?? '';
  }

  it('cannot read is restored from a copy', async () => {
    await secrets().write(secretIds.roots, 'x');
    const todo = await adviceOf('root keys');
    expect(todo).toMatch(/^stop the stack, and run npx signet doctor --repair --from FOLDER/);
    await restart(() =>
      command(['doctor', '--repair', '--from', copy(), '--yes'], { SIGNET_HOME: home() }),
    );
    expect(openProblems(await runDoctor())).toEqual([]);
  });

  it('has without the publisher is corrected by a restart, and no tenant is taken for lost', async () => {
    const { keys } = JSON.parse((await secrets().read(secretIds.roots)) ?? '') as {
      readonly keys: readonly { readonly kty: string }[];
    };
    const roots = JSON.stringify({ keys: keys.filter(({ kty }) => kty === 'oct') });
    await secrets().write(secretIds.roots, roots);
    expect(await adviceOf('publisher')).toMatch(/or restart the stack$/);
    const [trail] = openProblems(await runDoctor('demo')).filter(({ check }) =>
      /^trail/.test(check),
    );
    expect(trail?.todo).toMatch(/if doctor finds a problem of the secrets, correct that first/);
    await restart(async () => {
      const { stdout } = await command(['doctor', '--repair', '--yes'], { SIGNET_HOME: home() });
      expect(stdout).toBe('Nothing to repair.\n');
    });
    expect(openProblems(await runDoctor())).toEqual([]);
  });

  it('has derived from other root keys is derived again', async () => {
    await secrets().write(secretIds.render, '{}');
    for (const words of commandsIn(await adviceOf('render secret')))
      expect((await command(words, stack.environment)).code).toBe(0);
    expect(openProblems(await runDoctor())).toEqual([]);
  });
});
