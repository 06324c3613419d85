import { Command } from 'commander';
import { asFailure } from '../operator/failure.ts';
import { checkReason } from '../operator/policies/reason.ts';
import { parseStackName } from '../operator/target/stack-name.ts';
import type { OpenInstallation } from '../operator/target/target.ts';
import { type ExitCode, exitCodes } from './base/exit-code.ts';
import { writeFailure, writeJson, writeText } from './output.ts';

/** The result of a command, as text and as JSON, or one that the command has written itself. */
export type Result = (
  | { readonly text: string; readonly json: unknown }
  | { readonly written: true }
) & {
  /** 1 if the command worked but found a problem; 3 if it was stopped by an installation that does not answer. */
  readonly exit?: 0 | ExitCode;
};

export type CommonOptions = {
  readonly json?: true;
  readonly target?: string;
  /** Only of commands that write to the audit trail. */
  readonly reason?: string;
};

/** Creates a command with the options that all commands have. */
export function command(usageLine: string, description: string): Command {
  const [name = '', ...operands] = usageLine.split(' ');
  const created = new Command(name);
  for (const operand of operands) created.argument(operand);
  return created
    .description(description)
    .option('--json', 'print the result as JSON')
    .option(
      '--target <target>',
      'the installation: local, or aws:STACK (default: SIGNET_TARGET or local)',
    );
}

function isLocal(target: string | undefined): boolean {
  try {
    return parseStackName(target) === undefined;
  } catch {
    return true;
  }
}

/** Most commands need no installation to check their words, and the clients of AWS take long to load. */
const openTarget =
  (target: string | undefined): OpenInstallation =>
  async () =>
    (await import('../operator/target/target.ts')).openInstallation(target);

/** Runs a command. Prints the result to stdout or the failure to stderr, and sets the exit code. */
export async function runCommand(
  options: CommonOptions,
  work: (open: OpenInstallation) => Promise<Result>,
): Promise<void> {
  const { json, target } = options;
  try {
    if (options.reason !== undefined) checkReason(options.reason, '--reason');
    const result = await work(openTarget(target));
    if ('text' in result)
      if (json) writeJson(process.stdout, result.json, 2);
      else writeText(process.stdout, result.text);
    process.exitCode = result.exit ?? 0;
  } catch (thrown) {
    const failure = asFailure(thrown, isLocal(target));
    writeFailure(failure, json ?? false);
    process.exitCode = exitCodes[failure.kind];
  }
}
