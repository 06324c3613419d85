import { setTimeout as sleep } from 'node:timers/promises';
import { type ConsoleProcess, startConsoleProcess } from '../shared/adapters/console-process.ts';
import { portOffsets } from '../shared/deployment/local-endpoints.ts';
import { reasonOf } from '../shared/refusal.ts';
import type { LocalSettings } from './settings.ts';

/** The console beside the stack: its process, or why there is none. Undefined if it was not asked for. */
export type LocalConsole = ConsoleProcess | { readonly failure: string } | undefined;

/** The stack is of use without the console, so it waits only so long, in milliseconds. */
const patienceMs = 30_000;

async function startWithPatience(program: string, port: number): Promise<LocalConsole> {
  const timer = new AbortController();
  const late = sleep(patienceMs, { failure: 'it did not answer' }, { signal: timer.signal });
  try {
    const starting = startConsoleProcess({ program, port, target: 'local' });
    return await Promise.race([starting, late]);
  } catch (thrown) {
    return { failure: reasonOf(thrown) };
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}

/** Where the console is, without its token; undefined if there is none, or its port is any free one. */
export const consoleAddress = ({ console: program, port }: LocalSettings): string | undefined =>
  program === undefined || port === 0
    ? undefined
    : `http://127.0.0.1:${port + portOffsets.console}`;

/** Starts the console while the stack starts. Never rejects. */
export async function startLocalConsole({
  port,
  console: program,
}: LocalSettings): Promise<LocalConsole> {
  if (program === undefined) return undefined;
  return startWithPatience(program, port === 0 ? 0 : port + portOffsets.console);
}
