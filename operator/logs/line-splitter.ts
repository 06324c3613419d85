/** Longer lines are skipped, in bytes. A URL has at most 8 KB, and a log line little more. */
export const maxLineBytes = 65_536;

export type Lines = {
  readonly line: (text: string) => void;
  readonly tooLong: () => void;
};

export type LineSplitter = {
  readonly push: (chunk: Buffer) => void;
  /** Passes on the text after the last line feed. */
  readonly end: () => void;
};

const lineFeed = 0x0a;

/**
 * Splits bytes into lines and never holds more than `maxLineBytes`. `node:readline` would hold a line
 * of any length, and a file of zeros is one line.
 */
export function lineSplitter({ line, tooLong }: Lines): LineSplitter {
  let held: Buffer[] = [];
  let size = 0;
  const hold = (part: Buffer): void => {
    size += part.length;
    if (size > maxLineBytes) held = [];
    else held.push(part);
  };
  const close = (): void => {
    if (size > maxLineBytes) tooLong();
    else line(Buffer.concat(held, size).toString('utf8').replace(/\r$/, ''));
    held = [];
    size = 0;
  };
  return {
    push: (chunk) => {
      let from = 0;
      for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
        hold(chunk.subarray(from, at));
        close();
        from = at + 1;
      }
      if (from < chunk.length) hold(chunk.subarray(from));
    },
    end: () => {
      if (size > 0) close();
    },
  };
}
