import { S3Error } from './s3-error.ts';

export type ByteReader = {
  /** Reads text up to the next CRLF. The CRLF is consumed but not returned. */
  readonly line: (limit: number) => Promise<string>;
  /** Reads exactly this many bytes, in the pieces in which they arrive. */
  readonly take: (bytes: number) => AsyncGenerator<Buffer>;
  /** Reads up to a delimiter, which is consumed but not returned. */
  readonly until: (delimiter: Buffer) => AsyncGenerator<Buffer>;
  readonly atEnd: () => Promise<boolean>;
};

/** Reads lines and byte counts from a stream. Throws IncompleteBody if the stream ends early. */
export function createByteReader(source: AsyncIterable<Buffer>): ByteReader {
  const iterator = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const readMore = async (): Promise<boolean> => {
    const next = await iterator.next();
    if (next.done === true) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  };
  const requireMore = async (): Promise<void> => {
    if (!(await readMore())) throw new S3Error('IncompleteBody');
  };
  const line = async (limit: number): Promise<string> => {
    for (;;) {
      const end = held.indexOf('\r\n');
      if (end > limit || (end < 0 && held.length > limit)) throw new S3Error('IncompleteBody');
      if (end >= 0) {
        const text = held.toString('latin1', 0, end);
        held = held.subarray(end + 2);
        return text;
      }
      await requireMore();
    }
  };
  async function* take(bytes: number): AsyncGenerator<Buffer> {
    let left = bytes;
    while (left > 0) {
      if (held.length === 0) await requireMore();
      const part = held.subarray(0, left);
      held = held.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }
  // The delimiter may begin in the last bytes, so they wait for the next ones.
  const takeUntil = (delimiter: Buffer): { readonly part: Buffer; readonly found: boolean } => {
    const at = held.indexOf(delimiter);
    const found = at >= 0;
    const end = found ? at : Math.max(0, held.length - delimiter.length + 1);
    const part = held.subarray(0, end);
    held = held.subarray(found ? at + delimiter.length : end);
    return { part, found };
  };
  async function* until(delimiter: Buffer): AsyncGenerator<Buffer> {
    for (;;) {
      const { part, found } = takeUntil(delimiter);
      if (part.length > 0) yield part;
      if (found) return;
      await requireMore();
    }
  }
  const atEnd = async (): Promise<boolean> => held.length === 0 && !(await readMore());
  return { line, take, until, atEnd };
}
