import { createHash } from 'node:crypto';
import { OperatorFailure } from '../failure.ts';
import { createFileCounter, type LogKind } from '../logs/file-counter.ts';
import { type LogFile, type ReportedReading, readLogs, totalBytes } from '../logs/log-reader.ts';
import { edgeLogFile } from '../target/state-folder.ts';
import type { OpenInstallation } from '../target/target.ts';
import {
  addSample,
  emptySample,
  type LineSample,
  repeatedPart,
  sampleLine,
} from './line-sample.ts';
import { type LogPlaces, listLogs } from './log-source.ts';
import {
  addUsage,
  createUsageSink,
  emptyUsage,
  type UsageScope,
  type UsageTally,
} from './usage-tally.ts';

/** How a door shows the reading, and stops it. */
export type UsageReading = ReportedReading & {
  /** Once aborted, reading ends with `interrupted`. */
  readonly signal: AbortSignal;
};

/** What the logs have. */
export type CountedLogs = {
  readonly tally: UsageTally;
  readonly files: number;
  /** Files that have the same content as another one. They are counted once. */
  readonly duplicates: readonly string[];
  /** Files that were cut or damaged; counted up to the damage. */
  readonly damaged: readonly string[];
  /** The part of the lines that several files have, from 0 to 1. They count several times. */
  readonly repeated: number;
  /** The logs that were read. */
  readonly kinds: ReadonlySet<LogKind>;
};

/** The failure of a reading that was stopped. A part of the counts would look like all of them. */
export const interrupted = (): OperatorFailure =>
  new OperatorFailure('interrupted', 'stopped before all logs were read; nothing was counted');

type CountedFile = {
  readonly tally: UsageTally;
  readonly sample: LineSample;
  readonly kind: LogKind | undefined;
  /** Identifies the content, unpacked. */
  readonly hash: string;
};

async function countFile(
  file: LogFile,
  scope: UsageScope,
  { advance, damaged }: { advance: (bytes: number) => void; damaged: (file: string) => void },
): Promise<CountedFile> {
  const [tally, sample] = [emptyUsage(), emptySample()];
  const { finish, line, ...counter } = createFileCounter(createUsageSink(tally, scope), file.path);
  const content = createHash('sha256');
  await readLogs([file], {
    ...counter,
    ...{ advance, damaged },
    line: (text) => {
      sampleLine(sample, text);
      line(text);
    },
    content: (bytes) => void content.update(bytes),
  });
  return { tally, sample, kind: finish(), hash: content.digest('hex') };
}

type Totals = {
  readonly tally: UsageTally;
  readonly sample: LineSample;
  readonly hashes: Set<string>;
  readonly kinds: Set<LogKind>;
  readonly duplicates: string[];
};

/** Adds what a file has, unless another file has the same. */
function addFile(totals: Totals, path: string, { hash, kind, sample, tally }: CountedFile): void {
  // The log of a stack that has not answered a request is empty.
  const known = kind ?? (path === edgeLogFile() ? 'service' : undefined);
  if (known === undefined) return;
  totals.kinds.add(known);
  if (totals.hashes.has(hash)) {
    totals.duplicates.push(path);
    return;
  }
  totals.hashes.add(hash);
  addUsage(totals.tally, tally);
  addSample(totals.sample, sample);
}

/** Counts logs. The memory depends on the number of tenants, days and files. Throws `interrupted`, `unreadable_file` or `not_a_log`. */
export async function countLogs(
  open: OpenInstallation,
  places: LogPlaces,
  scope: UsageScope,
  { reportDamaged, signal, startProgress }: UsageReading,
): Promise<CountedLogs> {
  const sets = { hashes: new Set<string>(), kinds: new Set<LogKind>(), duplicates: [] };
  const totals: Totals = { tally: emptyUsage(), sample: emptySample(), ...sets };
  const damaged: string[] = [];
  let files = 0;
  const progress = startProgress(
    places.prefixes.length === 0 ? totalBytes(places.files) : undefined,
  );
  const advance = (bytes: number): void => {
    if (signal.aborted) throw interrupted();
    progress.advance(bytes);
  };
  try {
    for await (const file of listLogs(open, places, scope.days)) {
      files += 1;
      const reading = { advance, damaged: (name: string) => void damaged.push(name) };
      addFile(totals, file.path, await countFile(file, scope, reading));
    }
  } finally {
    progress.end();
  }
  reportDamaged(damaged);
  const { duplicates, kinds, sample, tally } = totals;
  return { tally, files, duplicates, damaged, repeated: repeatedPart(sample), kinds };
}
