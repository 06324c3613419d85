import { type Command, CommanderError } from 'commander';
import { program } from './program.ts';

const wantsJson = process.argv.includes('--json');

/** Commander ends the process with 1 where the usage is wrong; this command line says 2. */
function prepare(command: Command): void {
  command.exitOverride().showHelpAfterError('(--help shows the usage)');
  if (wantsJson) command.configureOutput({ writeErr: () => undefined });
  command.commands.forEach(prepare);
}

function usageFailed(thrown: CommanderError): void {
  // Help and version are what was asked for.
  process.exitCode = thrown.exitCode === 0 ? 0 : 2;
}

prepare(program);
// A pipe that is closed early, as by `head`, is no failure.
process.stdout.on('error', () => process.exit(0));

try {
  await program.parseAsync();
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) throw thrown;
  usageFailed(thrown);
  if (wantsJson && thrown.exitCode !== 0)
    process.stderr.write(`${JSON.stringify({ error: 'usage', message: thrown.message })}\n`);
}
