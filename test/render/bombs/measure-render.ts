import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Measured, MeasureRequest } from './measuring-child.ts';

/** Far more than a render may take. Only a render that does not end is killed. */
const killAfterMs = 40_000;
const script = fileURLToPath(new URL('./measuring-child.ts', import.meta.url));

/** A process that renders one request after the other. */
export type Measurer = {
  readonly measure: (request: MeasureRequest) => Promise<Measured>;
  readonly stop: () => void;
};

function startChild(): ChildProcess {
  const child = fork(script, { execArgv: ['--import', 'tsx'] });
  // A waiting child does not keep the tests running.
  child.unref();
  return child;
}

/** Asks a child. A child that crashes or must be killed answers `crashed` or `killed`. */
function ask(child: ChildProcess, request: MeasureRequest, killMs: number): Promise<Measured> {
  return new Promise((resolve) => {
    const stopped = (end: string, reason: string) =>
      resolve({ end, reason, cpuSeconds: Number.POSITIVE_INFINITY, grownMb: 0 });
    const timer = setTimeout(() => {
      stopped('killed', `no answer after ${killMs / 1_000} s`);
      child.kill('SIGKILL');
    }, killMs);
    const onExit = (code: number | null, signal: string | null) => {
      clearTimeout(timer);
      stopped('crashed', `code ${code}, signal ${signal}`);
    };
    child.once('exit', onExit);
    child.once('message', (measured: Measured) => {
      clearTimeout(timer);
      child.off('exit', onExit);
      resolve(measured);
    });
    child.send(request);
  });
}

/** Starts a measurer. It starts another process after one that crashed or was killed. */
export function startMeasurer(killMs = killAfterMs): Measurer {
  let child = startChild();
  return {
    measure: async (request) => {
      const measured = await ask(child, request, killMs);
      if (measured.cpuSeconds === Number.POSITIVE_INFINITY) child = startChild();
      return measured;
    },
    stop: () => void child.kill('SIGKILL'),
  };
}
