import { systemClock } from '../shared/adapters/clock.ts';
import type { ConsoleMessage } from '../shared/adapters/console-process.ts';
import { readPageFiles } from './server/page-files.ts';
import { reopening } from './server/reopening.ts';
import { startConsole } from './server/server.ts';

/*
 * The process of the console. `npm start` and `signet console` start it, tell it what to do in its arguments, and it
 * ends with them. It says in one message where it listens, or why it does not.
 */

const tell = (message: ConsoleMessage): void => void process.send?.(message);

const words: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EACCES: 'may not be used by this user',
};

function explain(thrown: unknown, port: string): string {
  const { code = '', message } = thrown as NodeJS.ErrnoException;
  const found = words[code];
  return found === undefined ? message : `port ${port} ${found}`;
}

const [port = '0', target = 'local'] = process.argv.slice(2);

process.on('disconnect', () => process.exit(0));
// A terminal sends Ctrl-C to this process, too. The one that started it decides when it ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

try {
  const { address } = await startConsole({
    port: Number(port),
    target,
    files: await readPageFiles(process.env['SIGNET_CONSOLE_PAGE'] ?? ''),
    open: reopening(target),
    clock: systemClock,
  });
  tell({ address });
} catch (thrown) {
  tell({ failure: explain(thrown, port) });
  process.exitCode = 1;
  process.disconnect?.();
}
