import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLog, type RotatingLog } from '../../../local/state/log-file.ts';

let home = '';
let log: RotatingLog;

const open = () => openLog(home, 'a.log', { head: 'head\n' });
const read = (name = 'a.log') => readFile(path.join(home, 'logs', name), 'utf8');
/** Compared here, because the test runner would print 20 MB at each try. */
const reads = (text: string) =>
  expect.poll(async () => (await read().catch(() => '')) === text).toBe(true);

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'signet-log-file-'));
  log = await open();
});
afterEach(async () => {
  await log.close();
  await rm(home, { recursive: true, force: true });
});

/** What the file contains after it was closed and opened again and has got one more line. */
async function afterRestart(line: string): Promise<string> {
  await log.close();
  log = await open();
  log.write(line);
  await log.close();
  return read();
}

describe('a log file', () => {
  it('begins with its head, before there is a line', async () => {
    expect(await read()).toBe('head\n');
  });

  it('can be read and written by its owner alone', async () => {
    const modes = [log.path, path.dirname(log.path)].map(
      async (at) => (await stat(at)).mode & 0o777,
    );
    expect(await Promise.all(modes)).toEqual([0o600, 0o700]);
  });

  it('has the lines in their order when it is closed', async () => {
    const lines = Array.from({ length: 1_000 }, (_, at) => `line ${at}`);
    for (const line of lines) log.write(line);
    await log.close();
    expect(await read()).toBe(`head\n${lines.join('\n')}\n`);
  });

  it('goes on after a restart, without another head', async () => {
    log.write('one');
    expect(await afterRestart('two')).toBe('head\none\ntwo\n');
  });

  it('begins a new line after one that was cut', async () => {
    await writeFile(log.path, 'head\non');
    expect(await afterRestart('two')).toBe('head\non\ntwo\n');
  });

  it.each([
    ['removed', () => rm(log.path)],
    ['removed with its folder', () => rm(path.dirname(log.path), { recursive: true })],
    ['emptied', () => truncate(log.path)],
  ])('begins again when it is %s', async (_how, remove) => {
    log.write('one');
    await reads('head\none\n');
    await remove();
    log.write('two');
    await reads('head\ntwo\n');
  });

  it('is rotated when it is too large, and one old file is kept', async () => {
    for (const line of ['one', 'two']) {
      await truncate(log.path, 20_000_001);
      log.write(line);
      await reads(`head\n${line}\n`);
    }
    expect((await readdir(path.dirname(log.path))).toSorted()).toEqual(['a.log', 'a.log.1']);
    expect((await read('a.log.1')).startsWith('head\none\n\0')).toBe(true);
  });

  it('drops lines that it cannot write, and takes later ones', async () => {
    const folder = path.dirname(log.path);
    await rm(folder, { recursive: true });
    // Even root cannot create a folder in the place of a file.
    await writeFile(folder, '');
    log.write('dropped');
    await log.close();
    await rm(folder);
    log.write('kept');
    await reads('head\nkept\n');
  });
});

it('a log that cannot be written says so once, and once when it can be again', async () => {
  const faults: unknown[] = [];
  const told = await openLog(home, 'told.log', { onFault: (thrown) => faults.push(thrown) });
  const folder = path.join(home, 'logs');
  await rm(folder, { recursive: true, force: true });
  await writeFile(folder, 'in the way');
  const write = async (): Promise<number> => {
    told.write('a line');
    await new Promise((resolve) => setTimeout(resolve, 20));
    return faults.length;
  };
  await expect.poll(write).toBe(1);
  await write();
  await rm(folder);
  await expect.poll(write).toBe(2);
  expect(faults).toEqual([expect.any(Error), undefined]);
  await told.close();
});
