import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, createReadStream, fsyncSync, openSync } from 'node:fs';
import { separator } from '../../shared/url/path.ts';
import { OperatorFailure } from '../failure.ts';
import { unreadableFile } from '../file-failure.ts';
import { lineSplitter } from '../logs/line-splitter.ts';

/** The derivatives that are known to be made, so that later runs skip them. */
export type PrewarmState = {
  readonly has: (key: string) => boolean;
  /** Records a key for later runs. Throws `unwritable_file` or `state_full`. */
  readonly add: (key: string) => void;
  /** The number of recorded keys; undefined if nothing is recorded. */
  readonly size: () => number | undefined;
  readonly close: () => void;
};

export type StateOptions = {
  /** Empties the file first. */
  readonly fresh: boolean;
  /** The maximum number of keys. */
  readonly most?: number;
};

/** Each key takes about 60 bytes of memory. */
const maxKeys = 5_000_000;

/** 64 bits: the chance of a collision among five million keys is 1 in a million. */
function hashOf(key: string): bigint {
  return createHash('sha256').update(key).digest().readBigUInt64BE();
}

const stateFull = (file: string, most: number): OperatorFailure =>
  new OperatorFailure(
    'state_full',
    `${file} cannot record more than ${most.toLocaleString('en-US')} derivatives; split the list and use a --state file for each part`,
  );

function unwritableFile(file: string, thrown: unknown): OperatorFailure {
  const { code } = thrown as NodeJS.ErrnoException;
  return new OperatorFailure('unwritable_file', `${file} cannot be written (${code})`);
}

/** Protects other files: a mistyped --state must not append to them. */
function checkKey(file: string, line: string): void {
  if (!line.includes(separator))
    throw new OperatorFailure(
      'not_a_state',
      `${file} is not a state file of prewarm; name another file, or overwrite it with --fresh`,
    );
}

async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Buffer;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadableFile(file, thrown);
  }
}

type RecordedKeys = {
  readonly hashes: Set<bigint>;
  /** Whether the last line is incomplete, as after a crash. */
  readonly cut: boolean;
};

async function readRecorded(file: string, most: number): Promise<RecordedKeys> {
  const hashes = new Set<bigint>();
  let lines = 0;
  let last = 0x0a;
  const { push, end } = lineSplitter({
    line: (key) => {
      lines += 1;
      if (lines === 1) checkKey(file, key);
      hashes.add(hashOf(key));
      if (hashes.size > most) throw stateFull(file, most);
    },
    tooLong: () => checkKey(file, ''),
  });
  for await (const chunk of bytesOf(file)) {
    push(chunk);
    last = chunk.at(-1) ?? last;
  }
  end();
  return { hashes, cut: last !== 0x0a };
}

/** Runs a file operation, and turns its error into `unwritable_file`. */
function writeSafely<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw unwritableFile(file, thrown);
  }
}

/** Records nothing. */
const emptyState: PrewarmState = {
  has: () => false,
  add: () => undefined,
  size: () => undefined,
  close: () => undefined,
};

/**
 * Opens a file with one key per line, which is only appended to. Without a file nothing is recorded.
 * Throws `unreadable_file`, `unwritable_file`, `not_a_state` or `state_full`.
 */
export async function openState(
  file: string | undefined,
  { fresh, most = maxKeys }: StateOptions,
): Promise<PrewarmState> {
  if (file === undefined) return emptyState;
  const nothing: RecordedKeys = { hashes: new Set(), cut: false };
  const { hashes, cut } = fresh ? nothing : await readRecorded(file, most);
  if (fresh) writeSafely(file, () => closeSync(openSync(file, 'w')));
  const opened = writeSafely(file, () => openSync(file, 'a'));
  // The next key must not continue an incomplete line.
  if (cut) writeSafely(file, () => appendFileSync(opened, '\n'));
  return {
    has: (key) => hashes.has(hashOf(key)),
    add: (key) => {
      if (hashes.size >= most) throw stateFull(file, most);
      writeSafely(file, () => appendFileSync(opened, `${key}\n`));
      hashes.add(hashOf(key));
    },
    size: () => hashes.size,
    close: () => {
      writeSafely(file, () => fsyncSync(opened));
      closeSync(opened);
    },
  };
}
