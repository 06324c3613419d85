import { runCommandLine } from './command-line.ts';

// A pipe that is closed early, as by `head`, is not a failure and keeps the exit code.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit();
  process.stderr.write(`signet: the result could not be written (${code})\n`);
  process.exit(1);
});
process.stderr.on('error', () => process.exit());

await runCommandLine(process.argv.slice(2));
