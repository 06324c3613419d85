import { openInBrowser } from '../base/browser.ts';
import { openConsole } from '../base/console-start.ts';
import { runInterruptibly } from '../base/interruption.ts';
import { type CommonOptions, command, runCommand } from '../command.ts';
import { writeJson, writeText } from '../output.ts';

type Options = CommonOptions & { readonly port?: string; readonly open: boolean };

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
