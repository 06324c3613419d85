/** Starting with `npx` passes a Ctrl-C on to the command, which the terminal has sent it already. */
const echo = 1_000;

/**
 * Runs work that Ctrl-C asks to stop: the signal is aborted and `said` is told. Another Ctrl-C,
 * more than a second later, ends the process at once with 1.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  said: () => void,
): Promise<T> {
  const controller = new AbortController();
  let first = 0;
  const onInterrupt = (): void => {
    if (controller.signal.aborted && Date.now() - first > echo) process.exit(1);
    if (controller.signal.aborted) return;
    first = Date.now();
    controller.abort();
    said();
  };
  process.on('SIGINT', onInterrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}
