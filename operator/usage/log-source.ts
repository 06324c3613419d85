import { existsSync } from 'node:fs';
import type { StreamedReader } from '../../shared/ports.ts';
import { OperatorFailure, usageFailure } from '../failure.ts';
import { type LogFile, logFiles } from '../logs/log-reader.ts';
import { parseStackName } from '../target/stack-name.ts';
import { accessLogFile, edgeLogFile, stateFolder } from '../target/state-folder.ts';
import type { Installation, OpenInstallation } from '../target/target.ts';
import { type Day, type DayRange, parseDay } from './day.ts';

/** The part of the logs bucket that CloudFront writes to. */
export const accessLogPrefix = 'cloudfront/';

/** Logs in a bucket. */
export type BucketPrefix = { readonly bucket: string; readonly prefix: string };

/** Reads `s3://BUCKET/PREFIX`; undefined for other operands. Throws `usage`. */
export function parseBucketPrefix(operand: string): BucketPrefix | undefined {
  if (!operand.startsWith('s3://')) return undefined;
  const [, bucket, prefix = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(operand) ?? [];
  if (bucket === undefined)
    throw usageFailure(`"${operand}" is not a bucket and a prefix; write s3://BUCKET/PREFIX`);
  return { bucket, prefix };
}

/** The access logs of a deployed stack. Throws `usage` for a stack of an earlier version. */
export function stackLogs({ logsBucket, stack = '' }: Installation): BucketPrefix {
  if (logsBucket !== undefined) return { bucket: logsBucket, prefix: accessLogPrefix };
  throw usageFailure(
    `the stack ${stack} does not say which bucket has its access logs, because an earlier version deployed it; deploy it again, or name s3://BUCKET/${accessLogPrefix}`,
  );
}

/** The logs of the local stack that exist, the older ones first. */
function localLogs(): readonly string[] {
  const files = [accessLogFile(), edgeLogFile()].flatMap((file) => [`${file}.1`, file]);
  const found = files.filter((file) => existsSync(file));
  if (found.length > 0) return found;
  throw new OperatorFailure(
    'not_found',
    `there is no log in ${stateFolder()}; the stack writes logs/access.log and logs/edge.log there once it runs (npm start), or name files and folders`,
  );
}

/** The date in the key of a log: `/2026/08/01/` or `.2026-08-01-`. */
function dayOfKey(key: string): Day | undefined {
  const [, year, month, day] = /[/.]([0-9]{4})[/-]([0-9]{2})[/-]([0-9]{2})[/-]/.exec(key) ?? [];
  return year === undefined ? undefined : parseDay(`${year}-${month}-${day}`);
}

/** A log may be delivered a day after its requests, and named after either day. */
const deliveryDays = 1;

/** Whether a log may have lines in the range. Every log may if its key has no date. */
function mayHaveDays({ since, until }: DayRange, key: string): boolean {
  const day = dayOfKey(key);
  if (day === undefined) return true;
  const isEarly = since !== undefined && day < since - deliveryDays;
  return !isEarly && !(until !== undefined && day > until + deliveryDays);
}

const emptyBucket = ({ bucket, prefix }: BucketPrefix): OperatorFailure =>
  new OperatorFailure(
    'not_found',
    `s3://${bucket}/${prefix} has no logs; CloudFront writes them some minutes after the first request, where standard logging is on (docs/deploying.md, Logs), and they are deleted after logDays`,
  );

/** Lists the logs in a bucket as they are found, since there may be a million. */
async function* bucketLogs(
  reader: StreamedReader,
  place: BucketPrefix,
  days: DayRange,
): AsyncGenerator<LogFile> {
  const { bucket, prefix } = place;
  let found = false;
  for await (const { key, bytes } of reader.listSizes(prefix)) {
    found ||= bytes > 0;
    if (bytes > 0 && mayHaveDays(days, key))
      yield { path: `s3://${bucket}/${key}`, bytes, read: () => reader.read(key) };
  }
  if (!found) throw emptyBucket(place);
}

/** Where logs are: files on this machine, and prefixes of buckets. */
export type LogPlaces = {
  readonly files: readonly LogFile[];
  readonly prefixes: readonly BucketPrefix[];
};

/** Files that were named twice are read once. */
const distinctFiles = (files: readonly LogFile[]): readonly LogFile[] => [
  ...new Map(files.map((file) => [file.path, file])).values(),
];

/** Finds the logs that were named; if none were, those of the installation. Throws `usage`, `not_found` or `unreadable_file`. */
export async function findLogs(
  open: OpenInstallation,
  { logs, target }: { readonly logs: readonly string[]; readonly target: string | undefined },
): Promise<LogPlaces> {
  if (logs.length === 0 && parseStackName(target) !== undefined)
    return { files: [], prefixes: [stackLogs(await open())] };
  const named = logs.map((operand) => ({ operand, prefix: parseBucketPrefix(operand) }));
  const paths = named.flatMap(({ operand, prefix }) => (prefix === undefined ? [operand] : []));
  return {
    files: distinctFiles(await logFiles(logs.length === 0 ? localLogs() : paths)),
    prefixes: named.flatMap(({ prefix }) => prefix ?? []),
  };
}

/** The logs of all places, one after another. */
export async function* listLogs(
  open: OpenInstallation,
  { files, prefixes }: LogPlaces,
  days: DayRange,
): AsyncGenerator<LogFile> {
  yield* files;
  for (const place of prefixes)
    yield* bucketLogs((await open()).openLogs(place.bucket), place, days);
}
