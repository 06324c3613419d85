import { type Command, CommanderError } from 'commander';
import { escapeLines } from '../shared/terminal.ts';
import { writeJson } from './output.ts';
import { program } from './program.ts';

/** The prefix of commander's messages. */
const errorPrefix = /^error: /;

/** Wrong usage exits with 2, so commander must throw: by itself it would exit with 1. */
function prepare(command: Command, wantsJson: boolean): void {
  command
    .exitOverride()
    .showHelpAfterError('(--help shows the usage)')
    .configureOutput({
      writeErr: (text) => void (wantsJson || process.stderr.write(text)),
      outputError: (text, write) => write(escapeLines(text.replace(errorPrefix, 'signet: '))),
    });
  for (const inner of command.commands) prepare(inner, wantsJson);
}

/** Runs the command line with the arguments after `signet`, and sets the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const wantsJson = args.includes('--json');
  prepare(program, wantsJson);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    const { exitCode, message } = thrown;
    // 0 means that --help or --version was printed.
    process.exitCode = exitCode === 0 ? 0 : 2;
    const failure = { error: 'usage', message: message.replace(errorPrefix, '') };
    if (wantsJson && exitCode !== 0) writeJson(process.stderr, failure);
  }
}
