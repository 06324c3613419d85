import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maxLineBytes } from '../../../operator/logs/line-splitter.ts';
import { isRereadable, type ListLine, readList } from '../../../operator/prewarm/list.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-list-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const never = new AbortController().signal;

async function readAll(content: string | Uint8Array, signal = never): Promise<readonly ListLine[]> {
  const file = path.join(folder, 'list');
  await writeFile(file, content);
  const lines: ListLine[] = [];
  for await (const line of readList(file, signal)) lines.push(line);
  return lines;
}

type Said = { readonly number: number } & (
  | { readonly path: string; readonly operations: readonly string[] }
  | { readonly fault: string }
);
const readContents = async (content: string | Uint8Array): Promise<readonly Said[]> =>
  readAll(content);

const bare = (number: number, name: string): Said => ({ number, path: name, operations: [] });

describe('a list', () => {
  it.each<[string, string, readonly Said[]]>([
    ['has a path a line', 'a.jpg\nb/c.jpg\n', [bare(1, 'a.jpg'), bare(2, 'b/c.jpg')]],
    ['need not end its last line', 'a.jpg\nb.jpg', [bare(1, 'a.jpg'), bare(2, 'b.jpg')]],
    ['may come from Windows', '\uFEFFa.jpg\r\nb.jpg\r\n', [bare(1, 'a.jpg'), bare(2, 'b.jpg')]],
    ['skips and counts what says nothing', '# all\n\na.jpg\n#b\n', [bare(3, 'a.jpg')]],
    ['may name a path that begins as a remark', '\\#a.jpg\n', [bare(1, '#a.jpg')]],
    ['leaves blanks, escapes and letters alone', ' a%20é+.jpg \n', [bare(1, ' a%20é+.jpg ')]],
    [
      'parts operations at tabs',
      'cat photo.jpg\tresize,w_640\tformat,f_auto\n',
      [{ number: 1, path: 'cat photo.jpg', operations: ['resize,w_640', 'format,f_auto'] }],
    ],
    ['may be empty', '', []],
  ])('%s', async (_what, content, lines) => {
    expect(await readContents(content)).toEqual(lines);
  });

  it('reports the line that is not UTF-8, and continues', async () => {
    const bytes = Buffer.concat([
      Buffer.from('a.jpg\n'),
      Buffer.from([0xff, 0x0a]),
      Buffer.from('b.jpg'),
    ]);
    expect(await readContents(bytes)).toEqual([
      bare(1, 'a.jpg'),
      { number: 2, fault: 'the line is not UTF-8' },
      bare(3, 'b.jpg'),
    ]);
  });

  it('reports the line that is too long, and continues', async () => {
    expect(await readContents(`${'x'.repeat(maxLineBytes + 1)}\na.jpg\n`)).toEqual([
      { number: 1, fault: `the line has more than ${maxLineBytes} bytes` },
      bare(2, 'a.jpg'),
    ]);
  });

  it('returns every path with its number, with any chunks', async () => {
    const name = fc.stringMatching(/^[a-zé€😀 ]{1,40}$/u);
    await fc.assert(
      fc.asyncProperty(
        fc.array(name, { maxLength: 30 }),
        fc.nat(70_000),
        async (names, padding) => {
          const lines = ['#'.padEnd(padding % 60_000, 'x'), '#'.padEnd(padding, 'y'), ...names];
          const expected = names.map((one, at) => bare(at + 3, one));
          const found = await readContents(`${lines.join('\n')}\n`);
          expect(found.filter((line) => line.number > 2)).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('ends when it is aborted', async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await readAll('a.jpg\n', controller.signal)).toEqual([]);
  });

  it('reports an unreadable file', async () => {
    const missing = path.join(folder, 'missing');
    await expect(isRereadable(missing)).rejects.toThrow(`${missing} does not exist`);
    await expect(isRereadable(folder)).rejects.toThrow(
      `${folder} is a folder; name a file with paths`,
    );
    expect(await isRereadable('-')).toBe(false);
    const reading = async (): Promise<void> => {
      for await (const _ of readList(missing, never));
    };
    await expect(reading()).rejects.toThrow(`${missing} does not exist`);
  });
});
