import { printScopeDoubt } from '../../operator/scopes/scope-text.ts';
import { type ListedSource, listSources } from '../../operator/sources/list-sources.ts';
import { printJson } from '../../shared/terminal.ts';
import { writeWarnings } from '../base/warnings.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { writeAll } from '../output.ts';
import { printListed, printNoSources, printSourceRow, sourceHeading } from '../print/sources.ts';

/** Writes each source as a row, below a heading. */
function rowWriter() {
  let isFirst = true;
  return async (source: ListedSource): Promise<void> => {
    const row = printSourceRow(source);
    await writeAll(isFirst ? `${sourceHeading}\n${row}\n` : `${row}\n`);
    isFirst = false;
  };
}

/** Writes the sources as one JSON list, each on a line. */
function listWriter() {
  let begin = '[\n  ';
  return {
    write: async (source: ListedSource): Promise<void> => {
      await writeAll(`${begin}${printJson(source)}`);
      begin = ',\n  ';
    },
    end: () => writeAll(begin.startsWith('[') ? '[]\n' : '\n]\n'),
  };
}

async function ls(tenant: string, prefix = '', options: CommonOptions): Promise<void> {
  await runCommand(options, async (open) => {
    const json = options.json ?? false;
    const list = listWriter();
    const onSource = json ? list.write : rowWriter();
    const listed = await listSources(open, { tenant, prefix }, onSource);
    if (json) await list.end();
    writeWarnings(listed.doubts.map(printScopeDoubt), json);
    if (json) return { written: true };
    const isEmpty = listed.count === 0;
    return {
      text: isEmpty ? printNoSources(tenant, prefix) : printListed(listed),
      json: listed,
    };
  });
}

export const lsCommand = command(
  'ls <tenant> [prefix]',
  'List the sources of a tenant whose paths begin with a prefix, such as albums/: size, stored type, last change and focal point, and watermarks as _watermarks/ID.png. Asks S3 about each',
).action(ls);
