import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openState } from '../../../operator/prewarm/state.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-state-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const key = (name: string): string => `acme/${name}.jpg__op__format,f_src`;

async function fileOf(content?: string): Promise<string> {
  const file = path.join(folder, randomUUID());
  if (content !== undefined) await writeFile(file, content);
  return file;
}

const kept = { fresh: false } as const;

describe('the state file of prewarm', () => {
  it('writes every key at once, not only on close', async () => {
    const file = await fileOf();
    const state = await openState(file, kept);
    state.add(key('a'));
    expect(await readFile(file, 'utf8')).toBe(`${key('a')}\n`);
    state.add(key('b'));
    expect(await readFile(file, 'utf8')).toBe(`${key('a')}\n${key('b')}\n`);
    state.close();
  });

  it('keeps the keys of earlier runs and adds to them', async () => {
    const file = await fileOf(`${key('a')}\n`);
    const state = await openState(file, kept);
    expect([state.has(key('a')), state.has(key('b')), state.size()]).toEqual([true, false, 1]);
    state.add(key('b'));
    state.close();
    const again = await openState(file, kept);
    expect([again.has(key('a')), again.has(key('b')), again.size()]).toEqual([true, true, 2]);
    again.close();
  });

  it('is emptied by fresh', async () => {
    const file = await fileOf(`${key('a')}\n`);
    const state = await openState(file, { fresh: true });
    expect([state.has(key('a')), state.size(), await readFile(file, 'utf8')]).toEqual([
      false,
      0,
      '',
    ]);
    state.close();
  });

  it('does not append a key to an incomplete line', async () => {
    const file = await fileOf(`${key('a')}\n${key('b').slice(0, 20)}`);
    const state = await openState(file, kept);
    expect(state.has(key('b'))).toBe(false);
    state.add(key('b'));
    state.close();
    const again = await openState(file, kept);
    expect([again.has(key('a')), again.has(key('b'))]).toEqual([true, true]);
    again.close();
  });

  it('holds at most the given number of keys', async () => {
    const file = await fileOf(`${key('a')}\n${key('b')}\n`);
    const state = await openState(file, { ...kept, most: 3 });
    state.add(key('c'));
    const full = `${file} cannot record more than 3 derivatives; split the list and use a --state file for each part`;
    expect(() => state.add(key('d'))).toThrow(full);
    state.close();
    expect(await readFile(file, 'utf8')).not.toContain(key('d'));
    await expect(openState(file, { ...kept, most: 2 })).rejects.toThrow(
      'cannot record more than 2 derivatives',
    );
  });

  it.each(['a.jpg\nb.jpg\n', '\u0000'.repeat(70_000)])(
    'is not an unrelated file',
    async (content) => {
      const file = await fileOf(content);
      await expect(openState(file, kept)).rejects.toThrow(`${file} is not a state file of prewarm`);
      expect(await readFile(file, 'utf8')).toBe(content);
    },
  );

  it('reports a file that cannot be written or read', async () => {
    const nowhere = path.join(folder, 'no', 'such');
    await expect(openState(nowhere, kept)).rejects.toThrow(`${nowhere} cannot be written (ENOENT)`);
    await expect(openState(folder, kept)).rejects.toThrow(`${folder} is a folder; name a file`);
  });

  it('records nothing without a file', async () => {
    const state = await openState(undefined, { ...kept, most: 1 });
    state.add(key('a'));
    state.add(key('b'));
    expect([state.has(key('a')), state.size()]).toEqual([false, undefined]);
    state.close();
    expect(existsSync('undefined')).toBe(false);
  });
});
