import type { Progress } from '../../operator/progress.ts';
import { printBytes, printCount } from '../../operator/quantity.ts';

type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

const width = 30;
type PrintAmount = (amount: number) => string;

/** What a bar counts, and how it says so. */
export type BarUnit = {
  readonly print: PrintAmount;
  /** Without a total, the figure is updated after this much. */
  readonly step: number;
  /** What happened to it: `12 images done`. */
  readonly verb: string;
};

/** Counts pieces of work one by one. */
export const countUnit = (noun: string): BarUnit => ({
  print: (count) => printCount(count, noun),
  step: 1,
  verb: 'done',
});

const bytesRead: BarUnit = { print: printBytes, step: 10_000_000, verb: 'read' };

function drawBar(done: number, total: number, print: PrintAmount): string {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(part * width);
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]${percent} of ${print(total)}`;
}

/**
 * Shows a progress bar on a terminal, over bytes unless `unit` says otherwise. Without a total it shows how
 * much was done. Writes nothing if the stream is not a terminal or `quiet` is set.
 */
export function progressOn(
  terminal: Terminal,
  total: number | undefined,
  quiet: boolean,
  { print, step, verb }: BarUnit = bytesRead,
): Progress {
  if (quiet || !terminal.isTTY) return { advance: () => undefined, end: () => undefined };
  let done = 0;
  let shown = '';
  const show = (): void => {
    const text =
      total === undefined
        ? `${print(Math.floor(done / step) * step)} ${verb}`
        : drawBar(done, total, print);
    // Most chunks do not change the text.
    if (text !== shown) terminal.write(`\r${text}`);
    shown = text;
  };
  return {
    advance: (amount) => {
      done += amount;
      show();
    },
    end: () => void terminal.write('\r\u001b[K'),
  };
}
