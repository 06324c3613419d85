import { OperatorFailure, usageFailure } from '../../operator/failure.ts';
import { firstPort } from '../../operator/target/target.ts';
import { type ConsoleProcess, startConsoleProcess } from '../../shared/adapters/console-process.ts';
import { portOffsets } from '../../shared/deployment/local-endpoints.ts';
import { reasonOf } from '../../shared/refusal.ts';

/** Where the console listens, and on what it works. */
export type ConsoleStart = { readonly port?: string; readonly target?: string };

/** Throws `usage` for text that is no port. */
function readPort(text: string): number {
  if (/^(?:0|[1-9][0-9]{0,4})$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw usageFailure(`--port is "${text}"; give a number from 1 to 65535, or 0 for any free port`);
}

/** Starts the console on the port that was asked for, otherwise on the usual one or any free one. */
async function startOnPort(
  program: string,
  { port, target }: ConsoleStart,
): Promise<ConsoleProcess> {
  const asked = { program, target: target ?? process.env['SIGNET_TARGET'] ?? 'local' };
  if (port !== undefined) return startConsoleProcess({ ...asked, port: readPort(port) });
  const usual = firstPort() + portOffsets.console;
  return startConsoleProcess({ ...asked, port: usual }).catch(() =>
    startConsoleProcess({ ...asked, port: 0 }),
  );
}

/** Starts the console as a process of its own. Throws `usage`, and `unreachable` with the reason if it does not start. */
export async function openConsole(options: ConsoleStart): Promise<ConsoleProcess> {
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
