import { printBytes, printCount, printNumber } from '../../operator/quantity.ts';
import { quoteForShell } from '../../operator/shell-command.ts';
import type { RefusedFile } from '../../operator/sources/local-files.ts';
import type { StoredSource, StoredWatermark } from '../../operator/sources/upload.ts';
import type { UploadedSet } from '../../operator/sources/upload-set.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';
import type { ExitCode } from '../base/exit-code.ts';
import { exitCodes } from '../base/exit-code.ts';

/** A source or a watermark that was stored, and what to do next. */
export function printStored(stored: StoredSource | StoredWatermark): string {
  const { tenant, bytes } = stored;
  if ('watermark' in stored)
    return `Stored watermark ${stored.watermark} of ${tenant}. Next: npx signet mint ${tenant} PATH watermark,i_${stored.watermark}`;
  const { path, contentType } = stored;
  return `Stored ${tenant}/${path} (${contentType}, ${bytes} bytes). Next: npx signet mint ${tenant} ${quoteForShell(path)} resize,w_640`;
}

/** At most this many files are named in a text. JSON has all. */
const mostNamed = 20;

function printFiles(files: readonly string[]): readonly string[] {
  const others = files.length - mostNamed;
  return [
    ...files.slice(0, mostNamed).map((line) => `  ${escapeForTerminal(line)}`),
    ...(others > 0 ? [`  and ${printNumber(others)} more; --json names all`] : []),
  ];
}

const printReasons = (files: readonly RefusedFile[]): readonly string[] =>
  printFiles(files.map(({ file, reason }) => `${file} ${reason}`));

function printDone({ bytes, folder, purged, replaced, same, tenant, uploaded }: UploadedSet) {
  const where = folder === '' ? tenant : `${folder} of ${tenant}`;
  const stored =
    same === 0 ? '' : ` ${printCount(same, 'file')} ${same === 1 ? 'was' : 'were'} stored already.`;
  if (uploaded === 0) return `Nothing was uploaded to ${where}.${stored}`;
  const changed =
    replaced === 0
      ? ''
      : ` Replaced ${printCount(replaced, 'source')}, and deleted ${printCount(purged, 'derivative')}.`;
  return `Uploaded ${printCount(uploaded, 'file')} (${printBytes(bytes)}) to ${where}.${changed}${stored}`;
}

function printRefused({ refused, left, stopped, uploaded }: UploadedSet): readonly string[] {
  if (refused.length === 0) return [];
  const isHeld = left > 0 && uploaded === 0 && !stopped;
  const todo = isHeld ? ' Correct or remove them, or add --skip to upload the others.' : '';
  return [`Refused ${printCount(refused.length, 'file')}.${todo}`, ...printReasons(refused)];
}

function printLeft({ failure, left, stopped }: UploadedSet): readonly string[] {
  if (failure === undefined && !stopped) return [];
  const why = failure === undefined ? 'Stopped' : `Failed: ${failure.message}`;
  const files = `${printCount(left, 'file')} ${left === 1 ? 'is' : 'are'} not uploaded`;
  return [`${why}. ${files}; run the command again to continue.`];
}

/** What became of an upload of several files. */
export const printUploadedSet = (done: UploadedSet): string =>
  [
    printDone(done),
    ...(done.hidden.length === 0
      ? []
      : [`Left out ${printCount(done.hidden.length, 'hidden file')}.`]),
    ...printFiles(done.hidden),
    ...printRefused(done),
    ...printLeft(done),
  ].join('\n');

/** Warnings about files of which no image is made now: one for each reason. */
export function printFileWarnings(warnings: readonly RefusedFile[]): readonly string[] {
  const reasons = [...new Set(warnings.map(({ reason }) => reason))];
  return reasons.map((reason) => {
    const files = warnings.filter((one) => one.reason === reason);
    const others = files.length - 1;
    const more = others === 0 ? '' : ` and ${printCount(others, 'other file')}`;
    return `${files[0]?.file}${more}: ${reason}`;
  });
}

/** 1 if a file was refused or left, 3 if the installation stopped answering. */
export function uploadExit({ failure, refused, stopped }: UploadedSet): 0 | ExitCode {
  if (failure !== undefined) return exitCodes[failure.kind];
  return refused.length > 0 || stopped ? 1 : 0;
}

/** The same as JSON. */
export const uploadJson = ({ failure, ...done }: UploadedSet) => ({
  ...done,
  failure: failure === undefined ? null : { error: failure.code, message: failure.message },
});
