import { createWriteStream, statSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';

/** At the start a larger log is rotated. One old log is kept. */
const maxBytes = 20_000_000;

export type RotatingLog = {
  readonly path: string;
  readonly write: (line: string) => void;
  readonly close: () => Promise<void>;
};

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Opens the log file of the functions. Write errors, such as a full disk, are ignored. */
export async function openLog(home: string): Promise<RotatingLog> {
  const file = path.join(home, 'logs', 'edge.log');
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  if (sizeOf(file) > maxBytes) await rename(file, `${file}.1`);
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  stream.on('error', () => undefined);
  return {
    path: file,
    write: (line) => stream.write(`${line}\n`),
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  };
}
