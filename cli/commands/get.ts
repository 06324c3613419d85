import { usageFailure } from '../../operator/failure.ts';
import { readStored, type StoredBytes } from '../../operator/sources/read-stored.ts';
import { chooseFile, saveFile } from '../../operator/sources/save-file.ts';
import { type CommonOptions, command, type Result, runCommand } from '../command.ts';
import { writeAll } from '../output.ts';

type Options = CommonOptions & { readonly force?: true };

/** Throws `usage` for bytes that would mix with JSON, or that a terminal would interpret. */
function checkStdout({ json }: Options): void {
  if (json) throw usageFailure('--json and - both write to stdout; leave out one');
  if (process.stdout.isTTY)
    throw usageFailure('stdout is a terminal; name a file, or redirect the output');
}

async function save(
  tenant: string,
  named: string | undefined,
  { bytes, ...stored }: StoredBytes,
  { force = false }: { readonly force?: boolean },
): Promise<Result> {
  const file = await chooseFile(named, stored.path);
  await saveFile(file, bytes, force);
  const type = stored.contentType ?? 'a type that is not served';
  return {
    text: `Saved ${tenant}/${stored.path} (${type}, ${bytes.length} bytes) as ${file}`,
    json: { tenant, ...stored, bytes: bytes.length, file },
  };
}

async function get(
  tenant: string,
  path: string,
  file: string | undefined,
  options: Options,
): Promise<void> {
  await runCommand(options, async (open) => {
    if (file === '') throw usageFailure('the name of the file is empty');
    if (file === '-') checkStdout(options);
    const stored = await readStored(open, tenant, path);
    if (file !== '-') return save(tenant, file, stored, options);
    await writeAll(stored.bytes);
    return { written: true };
  });
}

export const getCommand = command(
  'get <tenant> <path> [file]',
  'Download a source or a watermark as it is stored. A URL stands for its source. The file is the last part of the path unless it is named; - is stdout',
)
  .option('--force', 'overwrite a file that exists')
  .action(get);
