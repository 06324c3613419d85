import { Command } from 'commander';
import { asFailure, usageFailure } from '../operator/failure.ts';
import { type Installation, openInstallation, parseStackName } from '../operator/target/target.ts';
import { isSafeForTerminal } from '../shared/terminal.ts';
import { exitCodes } from './base/exit-code.ts';

/** What a command has to say: once for people, once for programs. */
export type Result = {
  readonly text: string;
  readonly json: unknown;
  /** 1 where the command worked and its finding is bad news. */
  readonly exit?: 0 | 1;
};

export type CommonOptions = {
  readonly json?: true;
  readonly target?: string;
  /** Of commands that leave one in the audit trail. */
  readonly reason?: string;
};

/** A command with the options that all of them have. */
export function command(usageLine: string, description: string): Command {
  const [name = '', ...operands] = usageLine.split(' ');
  const made = new Command(name);
  for (const operand of operands) made.argument(operand);
  return made
    .description(description)
    .option('--json', 'print the result as JSON')
    .option('--target <target>', 'the installation to act on (default: SIGNET_TARGET or local)');
}

function print(text: string, to: NodeJS.WriteStream): void {
  to.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** A sentence or two: whoever reads the history reads all of them. */
const mostReason = 1_000;

function checkReason({ reason }: CommonOptions): void {
  if (reason === undefined) return;
  if (reason.trim() === '')
    throw usageFailure('--reason is empty; say why, it stays in the audit trail');
  if (!isSafeForTerminal(reason))
    throw usageFailure('--reason has a control character in it; leave it out');
  if (reason.length > mostReason)
    throw usageFailure(`--reason has ${reason.length} characters; write ${mostReason} at most`);
}

function isLocal(target: string | undefined): boolean {
  try {
    return parseStackName(target) === undefined;
  } catch {
    return true;
  }
}

/** Runs a command: the result goes to stdout, the rest to stderr, and the exit code is set. */
export async function runCommand(
  options: CommonOptions,
  work: (target: () => Promise<Installation>) => Promise<Result>,
): Promise<void> {
  const { json, target } = options;
  try {
    checkReason(options);
    const result = await work(() => openInstallation(target));
    print(json ? JSON.stringify(result.json, undefined, 2) : result.text, process.stdout);
    process.exitCode = result.exit ?? 0;
  } catch (thrown) {
    const { code, kind, message } = asFailure(thrown, isLocal(target));
    print(json ? JSON.stringify({ error: code, message }) : `signet: ${message}`, process.stderr);
    process.exitCode = exitCodes[kind];
  }
}
