import { S3Error } from './s3-error.ts';

export type ByteReader = {
  /** Text up to the next CRLF, which is taken but not returned. */
  readonly line: (limit: number) => Promise<string>;
  /** Exactly so many bytes, in whatever pieces they come. */
  readonly take: (bytes: number) => AsyncGenerator<Buffer>;
  readonly atEnd: () => Promise<boolean>;
};

/** Reads lines and counted bytes from a stream; a stream that ends early is IncompleteBody. */
export function createByteReader(source: AsyncIterable<Buffer>): ByteReader {
  const iterator = source[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await iterator.next();
    if (next.done === true) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  };
  const need = async (): Promise<void> => {
    if (!(await more())) throw new S3Error('IncompleteBody');
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
      await need();
    }
  };
  async function* take(bytes: number): AsyncGenerator<Buffer> {
    let left = bytes;
    while (left > 0) {
      if (held.length === 0) await need();
      const part = held.subarray(0, left);
      held = held.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }
  const atEnd = async (): Promise<boolean> => held.length === 0 && !(await more());
  return { line, take, atEnd };
}
