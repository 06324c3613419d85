import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** How each system opens a document with the browser. */
const openers: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** The browser has read the page by then, in milliseconds. */
const readMs = 60_000;

/**
 * Opens an address that nobody else may see. Arguments of a process are visible to all users of a machine, so the
 * browser gets the path of a file that this user alone can read, which leads to the address. What cannot be opened is
 * no failure, because the address was printed.
 */
export async function openInBrowser(address: string): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signet-console-'));
  const file = path.join(folder, 'console.html');
  const page = `<!doctype html><meta charset="utf-8"><title>Signet console</title><meta http-equiv="refresh" content="0;url=${address}"><a href="${address}">Open the console</a>\n`;
  await writeFile(file, page, { mode: 0o600 });
  const remove = (): void => void rm(folder, { recursive: true, force: true });
  setTimeout(remove, readMs).unref();
  const [program = '', ...words] = openers[process.platform] ?? ['xdg-open'];
  const opened = spawn(program, [...words, pathToFileURL(file).href], {
    stdio: 'ignore',
    detached: true,
  });
  opened.on('error', remove);
  opened.unref();
}
