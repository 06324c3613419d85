import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import path from 'node:path';

/** A larger log is rotated. One old log is kept. */
const maxBytes = 20_000_000;

export type RotatingLog = {
  readonly path: string;
  readonly write: (line: string) => void;
  readonly close: () => Promise<void>;
};

type OpenFile = {
  readonly handle: FileHandle;
  readonly ino: number;
  readonly size: number;
  /** Whether the last line is cut, because a write failed or the process was killed. */
  readonly cut: boolean;
};

async function isCut(handle: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() !== '\n';
}

async function openFile(file: string): Promise<OpenFile> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a+', 0o600);
  const { ino, size } = await handle.stat();
  return { handle, ino, size, cut: await isCut(handle, size) };
}

/** The file to append to. A removed file is created again, and one that is too large is rotated. */
async function followFile(file: string, current: OpenFile | undefined): Promise<OpenFile> {
  const found = await stat(file).catch(() => undefined);
  const full = found !== undefined && found.size > maxBytes;
  if (current && found?.ino === current.ino && !full) return { ...current, size: found.size };
  await current?.handle.close();
  if (full) await rename(file, `${file}.1`);
  return openFile(file);
}

export type LogOptions = {
  /** Begins each new file. */
  readonly head?: string;
  /** Called when lines can no longer be written, and with undefined when they can again. */
  readonly onFault?: (thrown: unknown) => void;
};

/**
 * Opens a log file below the state folder. Lines are written in the background. If that fails, for example
 * because the disk is full, they are dropped, and later lines are tried again.
 */
export async function openLog(
  home: string,
  name: string,
  { head = '', onFault = () => undefined }: LogOptions = {},
): Promise<RotatingLog> {
  const file = path.join(home, 'logs', name);
  let current: OpenFile | undefined;
  let waiting = '';
  let writing: Promise<void> | undefined;
  let isFailing = false;
  const append = async (lines: string): Promise<void> => {
    const { cut, ...found } = await followFile(file, current);
    current = { ...found, cut: true };
    const start = found.size === 0 ? head : cut ? '\n' : '';
    await found.handle.appendFile(`${start}${lines}`);
    current = { ...found, cut: false };
  };
  const writeWaiting = async (): Promise<void> => {
    do {
      const lines = waiting;
      waiting = '';
      const thrown = await append(lines).then(
        () => undefined,
        (reason: unknown) => reason ?? new Error('unknown'),
      );
      if ((thrown === undefined) === isFailing) onFault(thrown);
      isFailing = thrown !== undefined;
    } while (waiting !== '');
    writing = undefined;
  };
  await writeWaiting();
  return {
    path: file,
    write: (line) => {
      waiting += `${line}\n`;
      writing ??= writeWaiting();
    },
    close: async () => {
      await writing;
      await current?.handle.close();
    },
  };
}
