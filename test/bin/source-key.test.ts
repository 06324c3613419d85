import { mkdir, mkdtemp, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceFolders, sourceKey } from '../../bin/source-key.js';

let root = '';
const at = (name: string): string => path.join(root, name);

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'signet-key-'));
  for (const folder of [...sourceFolders.signet, ...sourceFolders.start, 'node_modules'])
    await mkdir(at(folder), { recursive: true });
  await writeFile(at('cli/main.ts'), 'one');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const key = (): string => sourceKey(root, 'signet');

describe('the key of a program', () => {
  it('is the same for the same sources, whatever their dates', async () => {
    const before = key();
    await utimes(at('cli/main.ts'), 1, 1);
    expect(key()).toBe(before);
  });

  it('is another after a change that keeps size and date', async () => {
    const before = key();
    const { atime, mtime } = await stat(at('cli/main.ts'));
    await writeFile(at('cli/main.ts'), 'two');
    await utimes(at('cli/main.ts'), atime, mtime);
    expect(key()).not.toBe(before);
  });

  it.each([
    ['a new source', () => writeFile(at('shared/new.ts'), '')],
    ['a source with another name', () => rename(at('shared/new.ts'), at('shared/newer.ts'))],
    ['a source that is gone', () => rm(at('shared/newer.ts'))],
    ['another locked package', () => writeFile(at('package-lock.json'), '{}')],
    ['another installed package', () => writeFile(at('node_modules/.package-lock.json'), '{}')],
    ['other options of the compiler', () => writeFile(at('tsconfig.json'), '{}')],
  ])('is another after %s', async (_what, change) => {
    const before = key();
    await change();
    expect(key()).not.toBe(before);
  });

  it('does not depend on sources of other programs', async () => {
    const before = key();
    await writeFile(at('render/render.ts'), 'new');
    expect(key()).toBe(before);
    expect(sourceKey(root, 'start')).not.toBe(before);
  });
});
