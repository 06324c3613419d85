import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { listsProcesses, ticksOf } from '../../process-tree.ts';
import type { Measured, MeasureRequest } from './measuring-child.ts';

/** More CPU time than any render may take. Only a render that does not end is killed. */
const killAfterSeconds = 20;
/** Where CPU time of another process cannot be read, and for a render that waits for ever. */
const killAfterWallMs = 600_000;
const pollMs = 250;
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

/** 0 where the system does not list processes, and for a process that has ended. */
const readCpuSeconds = ({ pid }: ChildProcess): number =>
  pid === undefined || !listsProcesses ? 0 : ticksOf(pid) / 100;

/** Calls back once the child has used more CPU time than it may, or after a long time. Returns how to stop. */
function watch(child: ChildProcess, killSeconds: number, act: (cpuSeconds: number) => void) {
  const began = performance.now();
  const before = readCpuSeconds(child);
  const timer = setInterval(() => {
    const used = readCpuSeconds(child) - before;
    if (used > killSeconds || performance.now() - began > killAfterWallMs) act(used);
  }, pollMs);
  return () => clearInterval(timer);
}

type Answer = { readonly measured: Measured; readonly alive: boolean };

/** Asks a child. A child that crashes or must be killed answers `crashed` or `killed`. */
function ask(child: ChildProcess, request: MeasureRequest, killSeconds: number): Promise<Answer> {
  return new Promise((resolve) => {
    const finish = (measured: Measured, alive: boolean) => {
      stop();
      child.removeAllListeners();
      resolve({ measured, alive });
    };
    const stop = watch(child, killSeconds, (cpuSeconds) => {
      child.kill('SIGKILL');
      finish({ end: 'killed', reason: 'it does not end', cpuSeconds, grownMb: 0 }, false);
    });
    child.once('exit', (code, signal) => {
      const reason = `code ${code}, signal ${signal}`;
      finish({ end: 'crashed', reason, cpuSeconds: 0, grownMb: 0 }, false);
    });
    child.once('message', (measured: Measured) => finish(measured, true));
    child.send(request);
  });
}

/** Starts a measurer. It starts another process after one that crashed or was killed. */
export function startMeasurer(killSeconds = killAfterSeconds): Measurer {
  let child = startChild();
  return {
    measure: async (request) => {
      const { measured, alive } = await ask(child, request, killSeconds);
      if (!alive) child = startChild();
      return measured;
    },
    stop: () => void child.kill('SIGKILL'),
  };
}
