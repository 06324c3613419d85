import { Command } from 'commander';
import { asFailure, usage } from './failure.ts';
import { openTarget, type Target } from './target.ts';

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

function checkReason({ reason }: CommonOptions): void {
  if (reason?.trim() === '') throw usage('--reason is empty; say why, it stays in the audit trail');
}

/** Runs a command: the result goes to stdout, the rest to stderr, and the exit code is set. */
export async function run(
  options: CommonOptions,
  work: (target: () => Promise<Target>) => Promise<Result>,
): Promise<void> {
  const { json, target } = options;
  try {
    checkReason(options);
    const result = await work(() => openTarget(target));
    print(json ? JSON.stringify(result.json, undefined, 2) : result.text, process.stdout);
    process.exitCode = result.exit ?? 0;
  } catch (thrown) {
    const { code, message, exit } = asFailure(thrown);
    print(json ? JSON.stringify({ error: code, message }) : `signet: ${message}`, process.stderr);
    process.exitCode = exit;
  }
}
