import { type FileHandle, open, stat } from 'node:fs/promises';
import { type LineSplitter, lineSplitter } from './line-splitter.ts';

/** Lines that were added to a file since it was last read. */
export type FollowedLines = {
  readonly lines: readonly string[];
  /** Bytes that were passed over, because the file grows faster than it is read. */
  readonly skipped: number;
};

/** A log file that is read as it grows. It may be rotated, cut, removed and written again. */
export type FollowedFile = {
  /** Reads what was added, a part at a time. Never throws: a file that cannot be read has no lines. */
  readonly read: () => Promise<FollowedLines>;
  readonly close: () => Promise<void>;
};

/** In bytes: how much of an existing file is read, how much one read returns, and how far it may fall behind. */
const limits = { begin: 262_144, part: 131_072, behind: 8_388_608, head: 4_096 } as const;

type Opened = {
  readonly handle: FileHandle;
  readonly ino: number;
  readonly splitter: LineSplitter;
  offset: number;
  /** The first line after a jump is not whole. */
  cut: boolean;
};

const nothing: FollowedLines = { lines: [], skipped: 0 };

/** A log may begin with the names of its columns, which the lines behind a jump need. */
async function readHead(handle: FileHandle): Promise<readonly string[]> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(limits.head), 0, limits.head, 0);
  const lines = buffer.toString('utf8', 0, bytesRead).split('\n').slice(0, -1);
  return lines.filter((line) => line.startsWith('#'));
}

async function openAt(file: string, lines: string[], isFirst: boolean): Promise<Opened> {
  const handle = await open(file, 'r');
  const { ino, size } = await handle.stat();
  const offset = isFirst ? Math.max(0, size - limits.begin) : 0;
  if (offset > 0) lines.push(...(await readHead(handle)));
  const opened: Opened = {
    ...{ handle, ino, offset, cut: offset > 0 },
    splitter: lineSplitter({
      line: (text) => {
        if (opened.cut) opened.cut = false;
        else lines.push(text);
      },
      tooLong: () => {
        opened.cut = false;
      },
    }),
  };
  return opened;
}

/** Whether the path names another file by now, or the file was cut. */
async function isReplaced(file: string, { ino, offset }: Opened): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found === undefined || found.ino !== ino || found.size < offset;
}

/** Passes over what nobody would read in time. Returns its bytes. */
async function skipAhead(opened: Opened): Promise<number> {
  const { size } = await opened.handle.stat();
  const skipped = size - opened.offset - limits.begin;
  if (size - opened.offset <= limits.behind) return 0;
  opened.offset += skipped;
  opened.cut = true;
  return skipped;
}

/** Follows a file, from the last 256 kB that it has now. It need not exist. */
export function followFile(file: string): FollowedFile {
  const lines: string[] = [];
  let opened: Opened | undefined;
  let isFirst = true;
  const close = async (): Promise<void> => {
    const { handle } = opened ?? {};
    opened = undefined;
    await handle?.close();
  };
  const readPart = async (): Promise<FollowedLines> => {
    opened ??= await openAt(file, lines, isFirst);
    isFirst = false;
    const skipped = await skipAhead(opened);
    const part = Buffer.alloc(limits.part);
    const { bytesRead } = await opened.handle.read(part, 0, part.length, opened.offset);
    opened.offset += bytesRead;
    opened.splitter.push(part.subarray(0, bytesRead));
    if (bytesRead === 0 && (await isReplaced(file, opened))) await close();
    return { lines: lines.splice(0), skipped };
  };
  return {
    read: async () => {
      try {
        return await readPart();
      } catch {
        isFirst = false;
        await close();
        return nothing;
      }
    },
    close,
  };
}
