import { runCommandLine } from './command-line.ts';
import { writeFailure } from './output.ts';

// A pipe that is closed early, as by `head`, is not a failure and keeps the exit code.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit();
  process.stderr.write(`signet: the result could not be written (${code})\n`);
  process.exit(1);
});
// Notes and progress that nobody reads stop no command, which could end half-way and with 0.
process.stderr.on('error', () => undefined);

// Node would print the line of the bundle, which is the whole program.
process.on('uncaughtException', ({ message }) => {
  writeFailure({ code: 'internal', message }, process.argv.includes('--json'));
  process.exit(1);
});

await runCommandLine(process.argv.slice(2));
