import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditKey } from '../../shared/versions/bucket.ts';
import { signedUrl, standardLog } from '../operator/logs/access-logs.ts';
import { startUnguardedStack } from './stack.ts';

/* One operator and many tenants, whose policies extend one base file. The tests continue each other. */

const names = Array.from({ length: 16 }, (_, at) => `t-${String(at).padStart(2, '0')}`);

let stack: Awaited<ReturnType<typeof startUnguardedStack>>;
let folder: string;
/** A resource to which the operator may not write. */
let denied = '';

beforeAll(async () => {
  stack = await startUnguardedStack(
    (action, resource) => action !== 's3:PutObject' || denied === '' || !resource.endsWith(denied),
  );
  folder = await mkdtemp(path.join(tmpdir(), 'signet-fleet-'));
  for (const name of names) await write(name, { extends: 'base.json', tenant: name });
  await allow(60, 80);
});

afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const write = (name: string, document: object): Promise<void> =>
  writeFile(path.join(folder, `${name}.json`), JSON.stringify(document));

/** Changes the qualities in the base file. */
const allow = (...q: readonly number[]): Promise<void> =>
  write('base', { operations: { quality: { q }, resize: { w: [320], limit: [0, 1] } } });

const run = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await stack.run(...args);
  return { code, lines: stdout.trimEnd().split('\n'), stderr };
};

const inFolder = (verb: string, ...more: readonly string[]) => run('policy', verb, folder, ...more);

async function readJson<T>(...args: readonly string[]): Promise<{ code: number | null; json: T }> {
  const { code, stdout } = await stack.run(...args, '--json');
  return { code, json: JSON.parse(stdout) as T };
}

const many = '(t-00, t-01, t-02 and 13 more)';
const stored = { contentType: 'application/octet-stream' } as const;

describe('a folder of policies', () => {
  it('is published, and the result has a line for all new tenants', async () => {
    expect(await inFolder('publish')).toEqual({
      ...{ code: 0, stderr: '' },
      lines: ['16 tenants new: t-00, t-01, t-02 and 13 more'],
    });
  });

  it('is compared, with equal changes in one group', async () => {
    await allow(60);
    await write('t-05', { extends: 'base.json', tenant: 't-05', operations: { flip: {} } });
    expect((await inFolder('diff')).lines).toEqual([
      `16 tenants ${many}:`,
      '  - removes quality q 80',
      't-05:',
      '  + allows operation flip: with default values',
      expect.stringMatching(/^1 live tenant has no file: demo\. /),
    ]);
    expect((await inFolder('diff', '--each')).lines.slice(0, 4)).toEqual([
      ...['t-00:', '  - removes quality q 80', 't-01:', '  - removes quality q 80'],
    ]);
  });
});

describe('one damaged trail', () => {
  it('hides no difference of other tenants', async () => {
    await stack.config.put(auditKey('t-03', 2), Buffer.from('x'), stored);
    const { code, lines } = await inFolder('diff');
    expect(code).toBe(1);
    expect(lines[0]).toBe('15 tenants (t-00, t-01, t-02 and 12 more):');
    expect(lines).toContainEqual(
      expect.stringMatching(/^t-03: not compared: audit\/t-03\/2\.jws is forged/),
    );
    const { json } = await readJson<readonly object[]>('policy', 'diff', folder);
    expect(json).toContainEqual(
      expect.objectContaining({ tenant: 't-03', error: 'damaged_trail' }),
    );
    expect(json).toContainEqual({ tenant: 'demo', new: false, changes: [], hasFile: false });
  });

  it('stops a publish before anything is written', async () => {
    const { code, stderr } = await inFolder('publish');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^signet: nothing was changed, because 1 of 16 tenants cannot be:\n {2}t-03: audit\/t-03\/2\.jws is forged/,
    );
    expect(await stack.json('policy', 'history', 't-00')).toHaveLength(1);
  });

  it('is named by an audit of all, and by doctor, where it can be acknowledged', async () => {
    const audited = await run('policy', 'audit', '--all');
    expect([audited.code, audited.lines.at(-1)]).toEqual([1, '16 of 17 audit trails intact']);
    const found = await run('doctor', 't-03', 't-04');
    expect([found.code, found.stderr]).toEqual([1, '']);
    const ids = found.lines.flatMap((line) => /^✗ .*\[([0-9a-f]{12})\]$/.exec(line)?.[1] ?? []);
    expect(ids.length).toBeGreaterThan(0);
    for (const id of ids)
      await stack.json('doctor', '--acknowledge', id, '--reason', 'the disk of may');
    const accepted = await run('doctor');
    expect([accepted.code, accepted.lines.length]).toEqual([0, 1]);
    expect(accepted.lines[0]).toMatch(/^No problems found in \d+ checks, \d acknowledged$/);
    expect((await run('doctor', '--verbose')).lines).toContainEqual(
      expect.stringMatching(/^ {4}acknowledged by .*: the disk of may$/),
    );
    await stack.config.remove([auditKey('t-03', 2)]);
  });
});

describe('a write that fails in the middle', () => {
  it('ends with what was published, what not, and how to go on', async () => {
    // The first of eight at a time: the last of sixteen begins when eight others have ended.
    denied = '/audit/t-00/2.jws';
    const { code, json } = await readJson<{
      readonly complete: boolean;
      readonly published: readonly string[];
      readonly failed: readonly { readonly tenant: string }[];
      readonly notBegun: readonly string[];
      readonly next: { readonly goBack: string };
    }>('policy', 'publish', folder, '--target', 'local');
    expect([code, json.complete]).toEqual([1, false]);
    const failed = json.failed.map(({ tenant }) => tenant);
    expect(json.failed).toContainEqual(expect.objectContaining({ tenant: 't-00' }));
    expect([...json.published, ...failed, ...json.notBegun].toSorted()).toEqual(names);
    expect(json.notBegun).toContain('t-15');
    expect(json.next.goBack).toBe(
      `npx signet policy rollback ${json.published.join(' ')} --reason TEXT --target local`,
    );
    for (const [tenant, versions] of [
      ['t-00', 1],
      [json.published[0], 2],
      ['t-15', 1],
    ] as const)
      expect(await stack.json('policy', 'history', `${tenant}`)).toHaveLength(versions);
    const again = await inFolder('publish');
    expect(again.lines).toContainEqual(expect.stringMatching(/^✗ t-00 was not published: /));
    expect(again.lines).toContainEqual(expect.stringMatching(/^The publish is not complete: /));
  });

  it('is completed by the same command', async () => {
    denied = '';
    const { code, lines } = await inFolder('publish');
    expect([code, lines.at(-1)]).toEqual([0, expect.stringMatching(/ tenants? unchanged: /)]);
    expect((await inFolder('diff', '--exit-code')).lines[0]).toBe(
      `16 tenants: no difference ${many}`,
    );
  });
});

/** When the first of the live versions was published. They are published at the same time, in any order. */
async function firstTime(...tenants: readonly string[]): Promise<string> {
  const times: string[] = [];
  for (const tenant of tenants) {
    const [live] = await stack.json<readonly { readonly at: string }[]>(
      'policy',
      'history',
      tenant,
    );
    times.push(live?.at ?? '');
  }
  return times.toSorted()[0] ?? '';
}

describe('several tenants', () => {
  it('are rolled back to what was live at a time, after a question', async () => {
    const before = ['--before', await firstTime('t-01', 't-02'), '--reason', 'shops broke'];
    const asked = await inFolder('rollback', ...before);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toMatch(/\+ adds quality q 80\n(?:.*\n)*.*Add --yes to confirm\n$/);
    const { code, json } = await readJson<{ readonly complete: boolean }>(
      ...['policy', 'rollback', 't-01', 't-02', ...before, '--yes'],
    );
    expect([code, json.complete]).toEqual([0, true]);
    expect((await inFolder('diff')).lines).toContainEqual(
      expect.stringMatching(
        /^live versions that were not made from a file \(.*: shops broke\): t-01 3, t-02 3$/,
      ),
    );
  });

  it.each([
    ['policy rollback', ['--reason', "it's old", '--purge', '--yes']],
    ['policy rollback', ['--reason', 'old', '--before', 'the last publish', '--yes']],
    ['keys rotate', ['--reason', 'a leak', '--yes']],
  ])('can go on with the same command and all of its options: %s %j', async (name, options) => {
    const pair = ['t-06', 't-07'];
    const time = await firstTime(...pair);
    const given = [...options, '--target', 'local'].map((one) =>
      one === 'the last publish' ? time : one,
    );
    denied = '/3.jws';
    const { code, json } = await readJson<{ readonly next: { readonly goOn: string } }>(
      ...[...name.split(' '), ...pair, ...given],
    );
    denied = '';
    expect(code).toBe(1);
    const { stdout } = await promisify(execFile)('sh', ['-c', `printf '%s\\n' ${json.next.goOn}`]);
    const words = stdout.trimEnd().split('\n');
    const start = ['npx', 'signet', ...name.split(' '), ...pair];
    expect(words.slice(0, start.length)).toEqual(start);
    expect(words.slice(start.length).toSorted()).toEqual([...given, '--json'].toSorted());
  });

  it('get new keys, and lose those of a root key', async () => {
    const pair = ['t-08', 't-09'];
    expect((await run('keys', 'rotate', ...pair)).code).toBe(2);
    expect((await run('keys', 'rotate', ...pair, '--yes')).lines.slice(0, 2)).toEqual(
      pair.map((tenant) => `${tenant} now signs with r1.2`),
    );
    const active = await run('keys', 'retire', ...pair, 't-12', '--kid', 'r1', '--yes');
    expect(active.stderr).toMatch(/^signet: nothing was changed, because 3 of 3 tenants cannot be/);
    expect(await stack.json('keys', 'retire', ...pair, '--kid', 'r1.1', '--yes')).toEqual({
      complete: true,
      tenants: pair.map((tenant) => ({
        ...{ tenant, retired: ['r1.1'], active: 'r1.2', accept: ['r1.2'] },
      })),
    });
  });

  it('are counted in a table', async () => {
    const { code, lines } = await run('policy', 'cost', folder, '--max', '3');
    expect(code).toBe(1);
    expect(lines[0]?.split(/ {2,}/)).toEqual(['tenant', 'derivatives/source', 'USD/month']);
    expect(
      lines
        .slice(1, 17)
        .map((line) => line.split(' ')[0])
        .toSorted(),
    ).toEqual(names);
    expect(lines.at(-1)).toMatch(/^16 policies may allow more than --max 3 /);
    expect((await readJson<readonly object[]>('policy', 'cost', 't-01', 't-02')).json).toHaveLength(
      2,
    );
  });

  it('are replayed in one pass over the log', async () => {
    const narrow = await mkdtemp(path.join(tmpdir(), 'signet-narrow-'));
    for (const tenant of ['t-01', 't-03']) {
      const policy = { tenant, operations: { resize: { w: [320], limit: [0, 1] } } };
      await writeFile(path.join(narrow, `${tenant}.json`), JSON.stringify(policy));
    }
    const log = await stack.written(
      standardLog([
        { url: signedUrl('t-01/a.jpg__op__resize,w_320__op__quality,q_60') },
        { url: signedUrl('t-01/a.jpg__op__resize,w_320') },
        { url: signedUrl('t-03/a.jpg__op__resize,w_320') },
      ]),
    );
    const replay = ['policy', 'replay', log, '--policy', narrow, '--fail-on-refused'];
    const { code, lines } = await run(...replay);
    expect([code, lines.slice(1)]).toEqual([
      1,
      [
        expect.stringMatching(/^t-01 +2 +1 +0 {2}denied_operation resize,w_320__op__quality,q_60/),
        '1 tenant unchanged (1 request): t-03',
      ],
    ]);
    const { json } = await readJson<{ readonly tenants: readonly object[] }>(...replay);
    expect(json.tenants).toMatchObject([
      { tenant: 't-01', requests: 2, newlyRefused: 1 },
      { tenant: 't-03', requests: 1, newlyRefused: 0 },
    ]);
    await rm(narrow, { recursive: true });
  });

  it('have their last change replayed, without a file', async () => {
    const asked = ['t-08', 't-10'].map((tenant) => ({
      url: signedUrl(`${tenant}/a.jpg__op__resize,w_320`),
    }));
    const log = await stack.written(standardLog(asked));
    const { code, lines } = await run('policy', 'replay', log, '--all');
    expect([code, lines.slice(1)]).toEqual([
      0,
      [
        expect.stringMatching(/^t-08 +1 +1 +0 {2}denied_kid resize,w_320/),
        expect.stringMatching(/^16 tenants unchanged \(1 request\): /),
      ],
    ]);
    const pair = await run(
      ...['policy', 'replay', log, '--tenant', 't-08', '--tenant', 'none', '--fail-on-refused'],
    );
    expect([pair.code, pair.lines.at(-1)]).toEqual([
      1,
      expect.stringMatching(/^✗ none was not compared: there is no tenant none/),
    ]);
  });

  it.each([
    [['policy', 'audit'], /name a tenant, several, or a folder/],
    [['policy', 'audit', 't-01', '--all'], /--all means every tenant/],
    [['keys', 'retire', 't-01', 't-02', 't-03'], /several tenants need --kid/],
    [
      ['policy', 'rollback', 't-01', '--before', 'noon', '--reason', 'r'],
      /write a time with its zone/,
    ],
    [['policy', 'publish', 'base.json', '--prune'], /does not exist/],
    [['policy', 'publish', 'policies/', '--prune', '--skip'], /leave out --skip/],
    [['policy', 'replay'], /name the policies with --policy, or the tenants/],
    [
      ['policy', 'replay', '--policy', 'a.json', '--all'],
      /name the policies with --policy, or the tenants/,
    ],
    [['policy', 'replay', '--all', '--against', 'a.json'], /--against compares with a file/],
  ])('are refused without a clear choice: %j', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(message);
  });
});

describe('a tenant that never existed', () => {
  const rollback = ['rollback', 't-01', 'none', '--reason', 'pages broke', '--yes'];

  it('is named, and --skip leaves it out', async () => {
    expect((await run('policy', ...rollback)).stderr).toMatch(
      /1 of 2 tenants cannot be:\n {2}none: .*\nadd --skip to change the other tenants\n$/,
    );
    const { code, json } = await readJson<{
      readonly tenants: readonly object[];
      readonly next: { readonly goOn: string };
    }>('policy', ...rollback, '--skip');
    expect([code, json.tenants]).toEqual([1, [expect.objectContaining({ tenant: 't-01' })]]);
    expect(json.next.goOn).toMatch(/^npx signet policy rollback none /);
  });
});

describe('a root key that is not loaded everywhere', () => {
  it('is named before several tenants get keys of the one before', async () => {
    await stack.json('keys', 'rotate');
    const { code, stderr } = await run('keys', 'rotate', '--all');
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^signet: Not of root key r2: .*\n\d+ tenants will get a new signing key/,
      ),
    ]);
  });
});

describe('publish --prune', () => {
  it('deletes live tenants without a file, after a question', async () => {
    await rm(path.join(folder, 't-15.json'));
    const asked = await inFolder('publish', '--prune');
    expect([asked.code, asked.stderr]).toEqual([
      2,
      expect.stringMatching(/^signet: 2 tenants without a file will be deleted: demo, t-15\. /),
    ]);
    expect(await stack.json('tenant', 'show', 't-15')).toMatchObject({ tenant: 't-15' });
    const { lines } = await inFolder('publish', '--prune', '--yes');
    expect(lines.at(-1)).toMatch(/^Deleted 2 tenants without a file: demo, t-15\. /);
    const rows = await stack.json<readonly { readonly tenant: string }[]>('tenant', 'list');
    expect(rows.map(({ tenant }) => tenant)).toEqual(names.slice(0, 15));
  });

  it.each([
    ['a file whose tenant was lost', 't-14.json', {}],
    ['a policy in a folder below', path.join('below', 'x.json'), { tenant: 'x' }],
  ])('refuses %s, and deletes nothing', async (_what, name, document) => {
    const file = path.join(folder, name);
    const before = await readFile(file, 'utf8').catch(() => undefined);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(document));
    const { code, stderr } = await inFolder('publish', '--prune', '--yes');
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining(`${name} is no policy of the folder`),
    ]);
    await (before === undefined ? rm(file) : writeFile(file, before));
    expect(await stack.json('tenant', 'show', 't-14')).toMatchObject({ tenant: 't-14' });
  });

  it('needs the folder with all policies', async () => {
    const { code, stderr } = await run(
      'policy',
      'publish',
      path.join(folder, 't-01.json'),
      '--prune',
    );
    expect([code, stderr]).toEqual([2, expect.stringMatching(/name the folder with all policies/)]);
  });
});
