import type { Concurrency } from './concurrency.ts';
import { type Container, startContainer } from './container.ts';
import type { EdgeFunction, FunctionLog, LogSource } from './edge-function.ts';
import { LambdaFault } from './lambda-fault.ts';

type Job = {
  readonly event: object;
  readonly requestId: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (fault: unknown) => void;
};

/** All containers of one function. */
export type ContainerPool = {
  /** Runs one event and returns the function's JSON result. Throws `LambdaFault`. */
  readonly invoke: (event: object, requestId: string) => Promise<unknown>;
  /** Starts a container, which shows a broken bundle early. */
  readonly warmUp: () => void;
  /** Stops the containers when their events are done. Later events run in new ones. */
  readonly replaceContainers: () => void;
  /** Waits for running events until the deadline (epoch ms), then stops the containers. */
  readonly close: (deadline: number) => Promise<void>;
};

/** Creates containers up to a limit and hands out idle ones. */
function createContainers(limit: number, start: () => Container) {
  const all = new Set<Container>();
  const idle: Container[] = [];
  const replaced = new WeakSet<Container>();
  const add = (): Container => {
    const container = start();
    all.add(container);
    return container;
  };
  const discard = (container: Container): void => {
    all.delete(container);
    void container.stop();
  };
  return {
    warmUp: (): void => {
      idle.push(add());
    },
    take: (): Container | undefined => {
      for (let container = idle.pop(); container; container = idle.pop()) {
        if (container.alive()) return container;
        discard(container);
      }
      return all.size < limit ? add() : undefined;
    },
    release: (container: Container): void => {
      if (container.alive() && !replaced.has(container)) idle.push(container);
      else discard(container);
    },
    replaceAll: (): void => {
      for (const container of all) replaced.add(container);
      for (const container of idle.splice(0)) discard(container);
    },
    stopAll: () => Promise.all([...all].map((container) => container.stop())),
  };
}

async function waitUntilSettled(
  running: ReadonlySet<Promise<void>>,
  deadline: number,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadline - Date.now()));
  });
  const waitForRunning = async (): Promise<void> => {
    while (running.size > 0 && Date.now() < deadline) await Promise.all(running);
  };
  await Promise.race([waitForRunning(), timeout]);
  clearTimeout(timer);
}

/** Creates a pool without containers. It starts them on demand and keeps them. */
export function createContainerPool(
  fn: EdgeFunction,
  source: LogSource,
  log: FunctionLog,
  concurrency: Concurrency,
): ContainerPool {
  const containers = createContainers(Math.max(1, fn.workers), () =>
    startContainer(fn, source, log),
  );
  const waiting: Job[] = [];
  const running = new Set<Promise<void>>();
  let closed = false;

  const run = async (container: Container, job: Job): Promise<void> => {
    await container.run(job.event, job.requestId).then(job.resolve, job.reject);
    containers.release(container);
  };
  const dispatch = (): void => {
    while (waiting.length > 0) {
      const container = containers.take();
      const job = container && waiting.shift();
      if (!job) return;
      const done: Promise<void> = run(container, job).then(() => {
        running.delete(done);
        dispatch();
      });
      running.add(done);
    }
  };

  const enqueue = (event: object, requestId: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting.push({ event, requestId, resolve, reject });
      dispatch();
    });

  return {
    invoke: async (event, requestId) => {
      if (closed) throw new LambdaFault('LambdaLimitExceeded', 'the function was stopped');
      if (!concurrency.begin())
        throw new LambdaFault('LambdaLimitExceeded', `${concurrency.limit} executions run already`);
      return enqueue(event, requestId).finally(concurrency.end);
    },
    warmUp: containers.warmUp,
    replaceContainers: containers.replaceAll,
    close: async (deadline) => {
      closed = true;
      await waitUntilSettled(running, deadline);
      const stopped = new LambdaFault('LambdaLimitExceeded', 'the function was stopped');
      for (const job of waiting.splice(0)) job.reject(stopped);
      await containers.stopAll();
    },
  };
}
