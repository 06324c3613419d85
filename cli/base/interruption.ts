/** `npx` forwards a Ctrl-C that the terminal has already sent, so one key press can arrive twice. */
const repeatMs = 1_000;

/**
 * Runs work that Ctrl-C can stop. The first Ctrl-C aborts the signal and calls `onStop`. Another one,
 * more than a second later, ends the process with 1.
 */
export async function runInterruptibly<T>(
  work: (signal: AbortSignal) => Promise<T>,
  onStop: () => void,
): Promise<T> {
  const controller = new AbortController();
  let first = 0;
  const onInterrupt = (): void => {
    if (controller.signal.aborted && Date.now() - first > repeatMs) process.exit(1);
    if (controller.signal.aborted) return;
    first = Date.now();
    controller.abort();
    onStop();
  };
  process.on('SIGINT', onInterrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}
