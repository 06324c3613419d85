import { type Command, CommanderError } from 'commander';
import { program } from './program.ts';

/** How commander begins a sentence. */
const beginning = /^error: /;

/** Commander ends the process with 1 where the usage is wrong; this command line says 2. */
function prepare(command: Command, wantsJson: boolean): void {
  command
    .exitOverride()
    .showHelpAfterError('(--help shows the usage)')
    .configureOutput({
      writeErr: (text) => void (wantsJson || process.stderr.write(text)),
      outputError: (text, write) => write(text.replace(beginning, 'signet: ')),
    });
  for (const inner of command.commands) prepare(inner, wantsJson);
}

/** Runs what stands behind `signet` on a command line, and sets the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const wantsJson = args.includes('--json');
  prepare(program, wantsJson);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown;
    const { exitCode, message } = thrown;
    // Help was asked for.
    process.exitCode = exitCode === 0 ? 0 : 2;
    const failure = { error: 'usage', message: message.replace(beginning, '') };
    if (wantsJson && exitCode !== 0) process.stderr.write(`${JSON.stringify(failure)}\n`);
  }
}
