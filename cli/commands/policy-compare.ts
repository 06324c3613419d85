import { usageFailure } from '../../operator/failure.ts';
import { compareVersions } from '../../operator/policies/versions.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { printChange } from '../print/change.ts';

/** Throws `usage` for text that is no version. */
function readVersionNumber(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw usageFailure(`the version is "${text}"; write a number that policy history prints`);
}

async function compare(
  tenant: string,
  before: string,
  after: string,
  options: CommonOptions,
): Promise<void> {
  await runCommand(options, async (open) => {
    const versions = [readVersionNumber(before), readVersionNumber(after)] as const;
    const changes = await compareVersions(open, tenant, versions);
    const text =
      changes.length === 0
        ? `${tenant}: versions ${before} and ${after} allow the same`
        : [`${tenant}: version ${before} to ${after}`, ...changes.map(printChange)].join('\n');
    return { text, json: changes };
  });
}

export const compareCommand = command(
  'compare <tenant> <before> <after>',
  'Show what changed from one published version to another: + widens, - narrows, ~ neither',
).action(compare);
