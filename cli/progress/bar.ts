import type { Progress } from '../../operator/progress.ts';
import { printBytes } from '../base/quantity.ts';

type Terminal = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

const width = 30;
/** Without a total, the figure is updated after this many bytes. */
const stepBytes = 10_000_000;

function drawBar(done: number, total: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(part * width);
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]${percent} of ${printBytes(total)}`;
}

/**
 * Shows a progress bar over bytes on a terminal. Without a total it shows how much was read. Writes
 * nothing if the stream is not a terminal or `quiet` is set.
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
        : drawBar(done, total);
    // Most chunks do not change the text.
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
