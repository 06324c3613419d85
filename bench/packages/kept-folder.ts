import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Downloads are kept between runs, in folders that Git ignores and `npm ci` empties. */
const cache = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url));

/** The folder of one kind of downloads. */
export const keptFolder = (kind: string): string => path.join(cache, kind);

/** Runs a program and returns its output. Throws the last line of its errors. */
export function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  environment = {},
): string {
  const { error, status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1e8,
    env: { ...process.env, ...environment },
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args[0]}: ${stderr.trim().split('\n').at(-1)}`);
  return stdout;
}

/** Does the work in a folder that gets its name at the end, so that an interrupted download is not used. */
export function keepFolder(kind: string, name: string, work: (folder: string) => void): string {
  const folder = path.join(keptFolder(kind), name.replaceAll(/[^\w.@-]/g, '-'));
  if (existsSync(folder)) return folder;
  const unfinished = path.join(
    keptFolder(kind),
    `unfinished-${process.pid}-${path.basename(folder)}`,
  );
  mkdirSync(unfinished, { recursive: true });
  work(unfinished);
  renameSync(unfinished, folder);
  return folder;
}
