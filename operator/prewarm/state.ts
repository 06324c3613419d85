import { createHash } from 'node:crypto';
import { appendFileSync, closeSync, createReadStream, fsyncSync, openSync } from 'node:fs';
import { separator } from '../../shared/url/path.ts';
import { OperatorFailure } from '../failure.ts';
import { lineSplitter } from '../logs/line-splitter.ts';
import { unreadableFile } from '../policy-files/unreadable-file.ts';

/** The derivatives that are known to be made, so that another run need not ask for them. */
export type PrewarmState = {
  readonly has: (key: string) => boolean;
  /** Remembers a key beyond the end of this process. Throws `unwritable_file` or `state_full`. */
  readonly add: (key: string) => void;
  /** How many keys are remembered; nothing where none ever are. */
  readonly size: () => number | undefined;
  readonly close: () => void;
};

export type StateOptions = {
  /** Forgets what is in the file. */
  readonly fresh: boolean;
  /** More keys than this are not held. */
  readonly most?: number;
};

/** A key takes about 60 bytes in memory. */
const mostKeys = 5_000_000;

/** 64 bits: that any two of five million keys share them is one chance in a million. */
function hashOf(key: string): bigint {
  return createHash('sha256').update(key).digest().readBigUInt64BE();
}

const full = (file: string, most: number): OperatorFailure =>
  new OperatorFailure(
    'state_full',
    `${file} cannot remember more than ${most.toLocaleString('en-US')} derivatives; split the list and give each part its own --state`,
  );

function unwritableFile(file: string, thrown: unknown): OperatorFailure {
  const { code } = thrown as NodeJS.ErrnoException;
  return new OperatorFailure('unwritable_file', `${file} cannot be written (${code})`);
}

/** A wrong name after --state must not end in somebody's file of something else. */
function checkKey(file: string, line: string): void {
  if (!line.includes(separator))
    throw new OperatorFailure(
      'not_a_state',
      `${file} is not a state of prewarm; name another file, or start it anew with --fresh`,
    );
}

async function* bytesOf(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file)) yield chunk as Buffer;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw unreadableFile(file, thrown);
  }
}

type Remembered = {
  readonly hashes: Set<bigint>;
  /** Whether the last line was cut, as by a machine that went down. */
  readonly cut: boolean;
};

async function readRemembered(file: string, most: number): Promise<Remembered> {
  const hashes = new Set<bigint>();
  let lines = 0;
  let last = 0x0a;
  const { push, end } = lineSplitter({
    line: (key) => {
      lines += 1;
      if (lines === 1) checkKey(file, key);
      hashes.add(hashOf(key));
      if (hashes.size > most) throw full(file, most);
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

/** Runs what touches the file, and says what is wrong with it. */
function orUnwritable<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw unwritableFile(file, thrown);
  }
}

/** Remembers nothing, so any number of keys. */
const forgetful: PrewarmState = {
  has: () => false,
  add: () => undefined,
  size: () => undefined,
  close: () => undefined,
};

/**
 * Opens a file of keys, a line each, that is only ever appended to; without a file nothing is
 * remembered. Throws `unreadable_file`, `unwritable_file`, `not_a_state` or `state_full`.
 */
export async function openState(
  file: string | undefined,
  { fresh, most = mostKeys }: StateOptions,
): Promise<PrewarmState> {
  if (file === undefined) return forgetful;
  const nothing: Remembered = { hashes: new Set(), cut: false };
  const { hashes, cut } = fresh ? nothing : await readRemembered(file, most);
  if (fresh) orUnwritable(file, () => closeSync(openSync(file, 'w')));
  const opened = orUnwritable(file, () => openSync(file, 'a'));
  // A key is not to continue half of another one.
  if (cut) orUnwritable(file, () => appendFileSync(opened, '\n'));
  return {
    has: (key) => hashes.has(hashOf(key)),
    add: (key) => {
      if (hashes.size >= most) throw full(file, most);
      orUnwritable(file, () => appendFileSync(opened, `${key}\n`));
      hashes.add(hashOf(key));
    },
    size: () => hashes.size,
    close: () => {
      orUnwritable(file, () => fsyncSync(opened));
      closeSync(opened);
    },
  };
}
