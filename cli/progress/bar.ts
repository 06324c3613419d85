import type { Progress } from '../../operator/progress.ts';
import { printBytes } from '../base/quantity.ts';

type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

const width = 30;
/** Where the end is not known, a new figure is shown after so many bytes. */
const stepBytes = 10_000_000;

function bar(done: number, total: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(part * width);
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]${percent} of ${printBytes(total)}`;
}

/**
 * A progress bar over bytes, for a person at a terminal; elsewhere, and when it shall be quiet,
 * nothing is written. Without a total it says how much has been read.
 */
export function progressOn(
  terminal: Terminal,
  total: number | undefined,
  quiet: boolean,
): Progress {
  if (quiet || !terminal.isTTY) return { advance: () => undefined, end: () => undefined };
  let done = 0;
  let shown = '';
  const show = (): void => {
    const text =
      total === undefined
        ? `${printBytes(Math.floor(done / stepBytes) * stepBytes)} read`
        : bar(done, total);
    // Most chunks change nothing that can be seen.
    if (text !== shown) terminal.write(`\r${text}`);
    shown = text;
  };
  return {
    advance: (bytes) => {
      done += bytes;
      show();
    },
    end: () => void terminal.write('\r\u001b[K'),
  };
}
