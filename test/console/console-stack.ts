import { bundlePage } from '../../build/console-page.ts';
import { indexName, type PageFiles, pageFile } from '../../console/server/page-files.ts';
import { type RunningConsole, startConsole } from '../../console/server/server.ts';
import { openInstallation } from '../../operator/target/target.ts';
import { type CommandStack, startCommandStack } from '../cli/stack.ts';

let bundled: Promise<PageFiles> | undefined;

async function bundleFiles(): Promise<PageFiles> {
  const { files } = await bundlePage();
  return new Map(files.map(({ name, code }) => [name, pageFile(name, Buffer.from(code))]));
}

/** The page, bundled once in this process. */
export function pageFiles(): Promise<PageFiles> {
  bundled ??= bundleFiles();
  return bundled;
}

/** An empty page, for tests of the server alone. */
export const emptyPage: PageFiles = new Map([
  [indexName, pageFile(indexName, Buffer.from('page'))],
]);

export type ConsoleStack = CommandStack & { readonly console: RunningConsole };

/** A running stack with the demo tenant, and a console for it in this process. */
export async function startConsoleStack(files: PageFiles): Promise<ConsoleStack> {
  const stack = await startCommandStack({ environment: { SIGNET_CONSOLE: 'off' } });
  process.env['SIGNET_HOME'] = stack.home;
  const console = await startConsole({
    ...{ port: 0, target: 'local', files, clock: Date.now },
    open: () => openInstallation('local'),
  });
  const stop = async (signal?: NodeJS.Signals): Promise<number | null> => {
    await console.close();
    return stack.stop(signal);
  };
  return { ...stack, console, stop };
}
