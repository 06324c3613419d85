import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** A file of the page, as the browser gets it. */
export type PageFile = {
  readonly type: string;
  readonly content: Buffer;
  readonly lasting: boolean;
};
/** By name, such as `main-ABCD.js`. `index.html` is the page itself. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export const indexName = 'index.html';

/** A file with what the browser has to know of it. */
export const pageFile = (name: string, content: Buffer): PageFile => ({
  type: types[path.extname(name)] ?? 'application/octet-stream',
  content,
  // The names of all others have a hash of their content.
  lasting: name !== indexName,
});

/** Reads the page that the build wrote into a folder. Throws if there is none. */
export async function readPageFiles(folder: string): Promise<PageFiles> {
  const names = await readdir(folder);
  const read = names.map(
    async (name) => [name, pageFile(name, await readFile(path.join(folder, name)))] as const,
  );
  const files = new Map(await Promise.all(read));
  if (!files.has(indexName)) throw new Error(`there is no page in ${folder}`);
  return files;
}
