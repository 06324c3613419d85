import { OperatorFailure, usageFailure } from '../../operator/failure.ts';
import { firstPort } from '../../operator/target/target.ts';
import { type ConsoleProcess, startConsoleProcess } from '../../shared/adapters/console-process.ts';
import { portOffsets } from '../../shared/deployment/local-endpoints.ts';
import { reasonOf } from '../../shared/refusal.ts';
import { openInBrowser } from '../base/browser.ts';
import { runInterruptibly } from '../base/interruption.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { writeJson, writeText } from '../output.ts';

type Options = CommonOptions & { readonly port?: string; readonly open: boolean };

/** Throws `usage` for text that is no port. */
function readPort(text: string): number {
  if (/^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw usageFailure(`--port is "${text}"; give a number from 1 to 65535, or 0 for any free port`);
}

/** Starts the console on the port that was asked for, otherwise on the usual one or any free one. */
async function startOnPort(program: string, { port, target }: Options): Promise<ConsoleProcess> {
  const asked = { program, target: target ?? process.env['SIGNET_TARGET'] ?? 'local' };
  if (port !== undefined) return startConsoleProcess({ ...asked, port: readPort(port) });
  const usual = firstPort() + portOffsets.console;
  return startConsoleProcess({ ...asked, port: usual }).catch(() =>
    startConsoleProcess({ ...asked, port: 0 }),
  );
}

async function openConsole(options: Options): Promise<ConsoleProcess> {
  const program = process.env['SIGNET_CONSOLE'];
  if (!program || program === 'off')
    throw new OperatorFailure('not_found', 'SIGNET_CONSOLE is off; unset it to start the console');
  try {
    return await startOnPort(program, options);
  } catch (thrown) {
    if (thrown instanceof OperatorFailure) throw thrown;
    throw new OperatorFailure('unreachable', `the console did not start: ${reasonOf(thrown)}`);
  }
}

async function run(options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    // A wrong target is said here, and not by a page.
    await open();
    const opened = await openConsole(options);
    const { address, close, ended } = opened;
    if (options.json) writeJson(process.stdout, { address }, 2);
    else writeText(process.stdout, `${address}\nPress Ctrl-C to stop.`);
    if (options.open && process.stdout.isTTY) await openInBrowser(address);
    await runInterruptibly(async (signal) => {
      const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve));
      await Promise.race([stopped, ended]);
    }, close);
    return { text: 'The console has stopped.', json: { stopped: true } };
  });
}

export const consoleCommand = command(
  'console',
  'Start the console and open it in the browser: try recipes, explain URLs, edit policies, watch requests. It listens on this machine only, and can do what the commands can, with your rights',
)
  .option(
    '--port <port>',
    'the port to listen on; 0 for any free one (default: that of the CDN + 1)',
  )
  .option('--no-open', 'print the address, and do not open it')
  .action(run);
