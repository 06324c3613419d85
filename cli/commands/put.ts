import { usageFailure } from '../../operator/failure.ts';
import { fileName } from '../../operator/file-failure.ts';
import { printCount } from '../../operator/quantity.ts';
import { setFocus } from '../../operator/sources/focus.ts';
import { isLocalFolder } from '../../operator/sources/local-files.ts';
import { readUpload } from '../../operator/sources/source-file.ts';
import { upload } from '../../operator/sources/upload.ts';
import { type UploadSetControl, uploadSet } from '../../operator/sources/upload-set.ts';
import type { OpenInstallation } from '../../operator/target/target.ts';
import { runInterruptibly } from '../base/interruption.ts';
import { writeWarnings } from '../base/warnings.ts';
import { type CommonOptions, command, type Result, runCommand } from '../command.ts';
import {
  printFileWarnings,
  printStored,
  printUploadedSet,
  uploadExit,
  uploadJson,
} from '../print/upload.ts';
import { countedProgress } from '../progress/counted.ts';
import { writeProgress } from '../progress/lines.ts';

type Options = CommonOptions & { readonly focus?: string; readonly skip?: true };

/** The operands: where to, and from where. */
type Operands = {
  readonly tenant: string;
  readonly path: string;
  readonly files: readonly string[];
};

async function putFocus(
  open: OpenInstallation,
  { tenant, path }: Operands,
  { focus, skip }: Options,
): Promise<Result> {
  if (focus === undefined)
    throw usageFailure('name a file to upload, or --focus x,y for a source that is stored');
  if (skip) throw usageFailure('--skip is for several files');
  const done = await setFocus(open, { tenant, path, focus });
  return { text: `Set the focal point of ${tenant}/${path} to ${focus}`, json: done };
}

async function putFile(
  open: OpenInstallation,
  { tenant, path, files: [file = ''] }: Operands,
  { focus, json, skip }: Options,
): Promise<Result> {
  if (skip) throw usageFailure('--skip is for several files');
  const readBytes = () => readUpload(file);
  const stored = await upload(open, { tenant, path, focus, name: fileName(file), readBytes });
  if ('warning' in stored && stored.warning !== null)
    writeWarnings([`${stored.path}: ${stored.warning}`], json ?? false);
  return { text: printStored(stored), json: stored };
}

/** The folder of several files, which ends in a slash. A slash alone stands for no folder. Throws `usage`. */
function readFolder(path: string): string {
  if (path.endsWith('/')) return path === '/' ? '' : path;
  throw usageFailure(
    path === ''
      ? 'the folder is empty; write / to upload to the top, or FOLDER/'
      : `several files or a folder need a folder to go to; write "${path}/"`,
  );
}

const controlOnTerminal = (json: boolean): UploadSetControl => ({
  startProgress: (total, step) =>
    countedProgress(total, json, (count) => `${printCount(count, 'file')} ${step}`),
  runInterruptibly: (work) =>
    runInterruptibly(work, () => writeProgress('stopping after the files in progress', json)),
});

async function putSet(
  open: OpenInstallation,
  { tenant, path, files }: Operands,
  options: Options,
): Promise<Result> {
  const { focus, json = false, skip = false } = options;
  const request = { tenant, folder: readFolder(path), files, focus, skip };
  const done = await uploadSet(open, request, controlOnTerminal(json));
  writeWarnings(printFileWarnings(done.warnings), json);
  return { text: printUploadedSet(done), json: uploadJson(done), exit: uploadExit(done) };
}

async function put(
  tenant: string,
  path: string,
  files: readonly string[],
  options: Options,
): Promise<void> {
  await runCommand(options, async (open) => {
    const operands = { tenant, path, files };
    const [file] = files;
    if (file === undefined) return putFocus(open, operands, options);
    const isSet = files.length > 1 || path.endsWith('/') || (await isLocalFolder(file));
    return isSet ? putSet(open, operands, options) : putFile(open, operands, options);
  });
}

export const putCommand = command(
  'put <tenant> <path> [files...]',
  'Upload a source, or a watermark as _watermarks/ID.png; the file - is stdin. Several files, and folders with all that is below them, go to a folder: put TENANT albums/ FILE…, or / for the top. photos/a/b.jpg of the folder photos becomes albums/a/b.jpg. All files are checked first, and nothing is uploaded if one is refused. What is stored already is not uploaded again, so a run that was stopped can be started again. Hidden files are left out, and symbolic links in folders are refused',
)
  .option(
    '--focus <x,y>',
    'the focal point in percent, for resize,m_fill,g_focus; without a file, that of a stored source',
  )
  .option('--skip', 'upload the other files if some are refused')
  .action(put);
