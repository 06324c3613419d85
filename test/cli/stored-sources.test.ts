import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../shared/limits.ts';
import { signet } from './signet.ts';
import { answerTo, type CommandStack, picture, startCommandStack } from './stack.ts';

/* Commands about the sources of a tenant: several files, lists, downloads and deletions. */

let stack: CommandStack;
let folder: string;
let jpg: Buffer;

beforeAll(async () => {
  stack = await startCommandStack();
  jpg = await picture('#336699');
});
afterAll(() => stack.stop());

let count = 0;
let tenant: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-stored-'));
  count += 1;
  tenant = `t${count}`;
  await stack.publish(tenant, { operations: { resize: { w: [16, 32] } } });
  return () => rm(folder, { recursive: true, force: true });
});

async function write(name: string, bytes: Uint8Array | string = jpg): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, bytes);
  return file;
}

const at = (name: string): string => path.join(folder, name);

async function keys(prefix = `${tenant}/`): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const key of stack.sources.list(prefix)) found.push(key.slice(tenant.length + 1));
  return found;
}

describe('put of several files', () => {
  it('stores a folder by the paths in it, and leaves out hidden files', async () => {
    await write('in/a.jpg');
    await write('in/more/ü 1.jpg');
    await write('in/.hidden/x.jpg');
    await write('in/.DS_Store', 'x');
    expect(await stack.json('put', tenant, 'albums/', at('in'))).toMatchObject({
      ...{ folder: 'albums/', files: 2, uploaded: 2, replaced: 0, same: 0, refused: [] },
      hidden: [at('in/.DS_Store'), at('in/.hidden')],
    });
    expect(await keys()).toEqual(['albums/a.jpg', 'albums/more/ü 1.jpg']);
  });

  it('uploads only what is missing or changed, and makes changed images anew', async () => {
    await write('in/a.jpg');
    await write('in/b.jpg');
    await stack.json('put', tenant, '/', at('in/a.jpg'));
    const url = await stack.mint(tenant, 'a.jpg', 'resize,w_16');
    expect(await answerTo(url)).toBe('200');
    const again = ['put', tenant, '/', at('in')];
    expect(await stack.json(...again)).toMatchObject({ uploaded: 1, replaced: 0, same: 1 });
    await write('in/a.jpg', await picture('#ff0000'));
    expect(await stack.json(...again)).toMatchObject({ uploaded: 1, replaced: 1, same: 1 });
    expect((await fetch(url)).headers.get('x-cache')).toMatch(/^Miss/);
    const { stdout } = await stack.run(...again);
    expect(stdout).toBe(`Nothing was uploaded to ${tenant}. 2 files were stored already.\n`);
  });

  it('gives all of them the focal point, also those that are stored', async () => {
    const files = [await write('a.jpg'), await write('b.jpg')];
    await stack.json('put', tenant, 'x/', ...files);
    const done = await stack.json('put', tenant, 'x/', ...files, '--focus', '1,2');
    expect(done).toMatchObject({ uploaded: 2, replaced: 2 });
    const stored = await stack.sources.describe(`${tenant}/x/b.jpg`);
    expect(stored).toMatchObject({ metadata: { focus: '1,2' } });
  });

  it('uploads nothing if a file is refused, and the others with --skip', async () => {
    await write('in/a.jpg');
    await write('in/note.txt', 'hello');
    await write('in/bad\nname.jpg');
    await write('in/x__op__y.jpg');
    await symlink('/etc/hostname', at('in/link.jpg'));
    await symlink('/etc', at('in/etc'));
    const refused = await stack.run('put', tenant, '/', at('in'), '--json');
    expect(refused).toMatchObject({ code: 1, stderr: '' });
    const reasons = (JSON.parse(refused.stdout) as { refused: { reason: string }[] }).refused;
    expect(reasons.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('the path has a control character'),
      expect.stringContaining('is a symbolic link'),
      expect.stringContaining('is a symbolic link'),
      expect.stringContaining('is plain text, not a JPEG'),
      expect.stringContaining('the path contains __op__'),
    ]);
    expect(await keys()).toEqual([]);
    const skipped = await stack.run('put', tenant, '/', at('in'), '--skip');
    expect(skipped).toMatchObject({ code: 1, stderr: '' });
    expect(skipped.stdout).toMatch(/^Uploaded 1 file \(.*\) to t\d+\.\nRefused 5 files\.\n/);
    expect(skipped.stdout).not.toMatch(/bad\nname/);
    expect(await keys()).toEqual(['a.jpg']);
  });

  it('refuses two files with the same path, and one that is too large', async () => {
    const files = [await write('1/a.jpg'), await write('2/a.jpg')];
    const large = await write('large.jpg', Buffer.alloc(limits.sourceBytes + 1));
    const { code, stdout } = await stack.run('put', tenant, 'x/', ...files, large);
    expect(code).toBe(1);
    expect(stdout).toContain(`${files[1]} would be x/a.jpg, and so would ${files[0]}`);
    expect(stdout).toContain(`${large} is larger than ${limits.sourceBytes} bytes`);
    expect(await keys()).toEqual([]);
  });

  it('stores watermarks, each once', async () => {
    const png = await readFile(new URL('../../local/demo/samples/mark.png', import.meta.url));
    const put = ['put', tenant, '_watermarks/', await write('a.png', png)];
    expect(await stack.json(...put)).toMatchObject({ uploaded: 1 });
    expect(await stack.json(...put)).toMatchObject({ uploaded: 0, same: 1 });
    await write('a.png', Buffer.concat([png, Buffer.from('x')]));
    const { code, stdout } = await stack.run(...put);
    expect(code).toBe(1);
    expect(stdout).toContain('a watermark cannot be replaced; choose another id');
  });

  it.each([
    [['albums', 'in'], 'several files or a folder need a folder to go to; write "albums/"'],
    [['', 'in'], 'the folder is empty; write / to upload to the top, or FOLDER/'],
    [['/a/', 'in'], 'the folder "/a/" begins with a slash; leave it out'],
    [['a/../', 'in'], 'the folder "a/../" has a . or .. segment'],
    [['a/', '-'], 'stdin is one file; upload it alone, as PATH and -'],
    [['a.jpg'], 'name a file to upload, or --focus x,y for a source that is stored'],
    [['a.jpg', 'in/a.jpg', '--skip'], '--skip is for several files'],
    [['_watermarks/', 'in', '--focus', '1,1'], 'a watermark has no focal point; leave out --focus'],
  ])('refuses %j', async (words, message) => {
    await write('in/a.jpg');
    const found = words.map((word) => (word.startsWith('in') ? at(word) : word));
    const { code, stderr } = await stack.run('put', tenant, ...found);
    expect({ code, stderr }).toEqual({ code: 2, stderr: `signet: ${message}\n` });
  });
});

describe('put --focus without a file', () => {
  it('changes the focal point of a stored source, and keeps its bytes', async () => {
    await stack.upload(tenant, 'a.jpg', jpg);
    await stack.json('put', tenant, 'a.jpg', '--focus', '70,20');
    const read = await stack.sources.get(`${tenant}/a.jpg`, { maxBytes: 1_000_000 });
    expect(read).toMatchObject({ metadata: { focus: '70,20' } });
    expect(Buffer.from((read as { body: Uint8Array }).body).equals(jpg)).toBe(true);
  });

  it.each([
    ['nope.jpg', 1, 'there is no source nope.jpg of '],
    ['a/', 2, '"a/" is a folder; name one source, or files'],
    ['_watermarks/a.png', 2, '_watermarks/a.png is a watermark, which has no focal point'],
    ['a//b', 1, 'malformed: the path has an empty segment'],
  ])('refuses %s', async (name, code, message) => {
    const done = await stack.run('put', tenant, name, '--focus', '1,2');
    expect(done).toMatchObject({ code, stderr: expect.stringContaining(message) });
  });
});

describe('ls', () => {
  it('shows size, type, focal point and path, below a prefix', async () => {
    await stack.json('put', tenant, 'a/x.jpg', await write('x.jpg'), '--focus', '3,4');
    await stack.upload(tenant, 'b.jpg', jpg);
    expect(await stack.json('ls', tenant, 'a/')).toEqual([
      {
        ...{ path: 'a/x.jpg', bytes: jpg.length, contentType: 'image/jpeg', focus: '3,4' },
        ...{ modified: expect.stringMatching(/^\d{4}-.*Z$/), fault: null },
      },
    ]);
    const { stdout } = await stack.run('ls', tenant);
    expect(stdout).toMatch(/ 3,4 {6}a\/x\.jpg\n.* - {8}b\.jpg\n2 sources, /);
  });

  it('shows names that no URL can have, without control characters', async () => {
    const odd = ['\u001b[31mred.jpg', '\u202egpj.exe', 'folder/', 'a__op__b'];
    for (const name of odd)
      await stack.sources.put(`${tenant}/${name}`, jpg, { contentType: 'text/plain' });
    const { stdout } = await stack.run('ls', tenant);
    for (const character of ['\u001b', '\u202e']) expect(stdout).not.toContain(character);
    expect(stdout.match(/no URL can name it/g)).toHaveLength(3);
    const listed = await stack.json<{ path: string }[]>('ls', tenant);
    expect(listed.map((one) => one.path).toSorted()).toEqual(odd.toSorted());
  });

  it('says that there is nothing, and why that may be', async () => {
    expect(await stack.run('ls', tenant)).toMatchObject({
      ...{ code: 0, stdout: `${tenant} has no sources.\n`, stderr: '' },
    });
    const named = await stack.run('ls', tenant, `${tenant}/a`);
    expect(named.stdout).toBe(`${tenant} has no source whose path begins with "${tenant}/a".\n`);
    expect(named.stderr).toContain('begins with the tenant');
    expect(await stack.json('ls', tenant, 'x/*')).toEqual([]);
    expect((await stack.run('ls', tenant, '/x')).code).toBe(2);
    expect((await stack.run('ls', 'nobody')).code).toBe(1);
  });
});

describe('get', () => {
  const stdoutOf = (...args: readonly string[]) =>
    signet(['get', tenant, ...args], { SIGNET_HOME: stack.home });

  it('saves a source under its name, by path or URL, and overwrites only with --force', async () => {
    await stack.upload(tenant, 'a/b.jpg', jpg);
    const url = await stack.mint(tenant, 'a/b.jpg', 'resize,w_16');
    expect(await stack.json('get', tenant, url, folder)).toMatchObject({
      ...{ path: 'a/b.jpg', file: at('b.jpg'), bytes: jpg.length, contentType: 'image/jpeg' },
    });
    expect((await readFile(at('b.jpg'))).equals(jpg)).toBe(true);
    await writeFile(at('b.jpg'), 'mine');
    const again = await stack.run('get', tenant, 'a/b.jpg', at('b.jpg'));
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('add --force') });
    expect(await readFile(at('b.jpg'), 'utf8')).toBe('mine');
    await stack.json('get', tenant, 'a/b.jpg', at('b.jpg'), '--force');
    expect((await readFile(at('b.jpg'))).equals(jpg)).toBe(true);
    expect(await readdir(folder)).toEqual(['b.jpg']);
  });

  it('writes to stdout', async () => {
    await stack.upload(tenant, 'a.jpg', jpg);
    const { code, stdout } = await stdoutOf('a.jpg', '-');
    expect({ code, stdout }).toEqual({ code: 0, stdout: jpg.toString() });
    expect((await stdoutOf('a.jpg', '-', '--json')).code).toBe(2);
  });

  it.each([
    [['nope.jpg', 'x'], 1, 'there is no source nope.jpg of '],
    [['../x', 'x'], 1, 'malformed: the path has a . or .. segment'],
    [['a.jpg', ''], 2, 'the name of the file is empty'],
    [['a.jpg', '/dev/null', '--force'], 1, '/dev/null is not a file; write - for stdout'],
    [['a.jpg', '/nowhere/x'], 1, '/nowhere/x cannot be written (ENOENT)'],
  ])('refuses %j', async (words, code, message) => {
    await stack.upload(tenant, 'a.jpg', jpg);
    const done = await stack.run('get', tenant, ...words);
    expect(done).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  });
});

describe('rm', () => {
  it('shows what it covers, asks, and deletes sources with their derivatives', async () => {
    for (const name of ['a/1.jpg', 'a/2.jpg', 'b.jpg']) await stack.upload(tenant, name, jpg);
    const url = await stack.mint(tenant, 'a/1.jpg', 'resize,w_16');
    expect(await answerTo(url)).toBe('200');
    const asked = await stack.run('rm', tenant, 'a/*');
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain(
      'a/*: It covers 2 sources and 1 stored derivative: a/1.jpg, a/2.jpg.\n',
    );
    expect(await keys()).toHaveLength(3);
    expect(await stack.json('rm', tenant, 'a/*', '--yes')).toMatchObject([
      { scope: 'a/*', removed: 2, covers: { derivatives: { count: 1 } } },
    ]);
    expect(await keys()).toEqual(['b.jpg']);
    expect(await answerTo(url)).toBe('source_missing');
  });

  it('takes URLs and watermarks, and keeps watermarks when all sources are deleted', async () => {
    const mark = await readFile(new URL('../../local/demo/samples/mark.png', import.meta.url));
    for (const name of ['_watermarks/a.png', '_watermarks/b.png', 'x.png', 'y.png'])
      await stack.upload(tenant, name, mark);
    const url = await stack.mint(tenant, 'x.png', 'resize,w_16');
    await stack.json('rm', tenant, url, '_watermarks/a.png', '--yes');
    expect(await keys()).toEqual(['_watermarks/b.png', 'y.png']);
    await stack.json('rm', tenant, '*', '--yes');
    expect(await keys()).toEqual(['_watermarks/b.png']);
    await stack.json('rm', tenant, '_watermarks/*', '--yes');
    expect(await keys()).toEqual([]);
  });

  it.each([
    ['nope.jpg', 1, 'there is no source nope.jpg of '],
    ['x/*', 1, 'there is no source of '],
    ['a', 2, '"a/*" covers 1 source'],
    ['A/1.jpg', 2, '"a/1.jpg" covers 1 source'],
    ['a%2F1.jpg', 2, '"a/1.jpg" covers 1 source'],
    ['a/', 1, 'the path ends in a slash; for everything below it write a/*'],
    ['_watermarks/x', 1, '_watermarks/x is not one watermark'],
    ['../a', 1, 'the path has a . or .. segment'],
  ])('refuses %s, and deletes nothing that is named beside it', async (scope, code, message) => {
    await stack.upload(tenant, 'a/1.jpg', jpg);
    await stack.upload(tenant, 'b.jpg', jpg);
    const done = await stack.run('rm', tenant, 'b.jpg', scope, '--yes');
    expect(done).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
    expect(await keys()).toEqual(['a/1.jpg', 'b.jpg']);
  });
});
