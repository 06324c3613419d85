import { createGunzip } from 'node:zlib';

/** Takes a file's bytes and gives those that are meant: the same, or what they unpack to. */
export type Gunzip = {
  readonly write: (chunk: Buffer) => Promise<readonly Buffer[]>;
  readonly end: () => Promise<readonly Buffer[]>;
  /** Whether the file is cut or damaged; what came before the damage has been given. */
  readonly damaged: () => boolean;
};

const passThrough: Gunzip = {
  write: async (chunk) => [chunk],
  end: async () => [],
  damaged: () => false,
};

/** Reading the stream itself would lose what it holds when it meets the damage. */
function createGunzipReader(): Gunzip {
  const gunzip = createGunzip();
  const given: Buffer[] = [];
  let damaged = false;
  let wake = (): void => undefined;
  gunzip.on('data', (chunk: Buffer) => given.push(chunk));
  gunzip.on('error', () => {
    damaged = true;
    wake();
  });
  const after = async (work: (done: () => void) => void): Promise<readonly Buffer[]> => {
    if (!damaged)
      await new Promise<void>((resolve) => {
        wake = resolve;
        work(resolve);
      });
    return given.splice(0);
  };
  return {
    write: (chunk) => after((done) => void gunzip.write(chunk, () => done())),
    end: () =>
      after((done) => {
        gunzip.once('end', done);
        gunzip.end();
      }),
    damaged: () => damaged,
  };
}

/** How to read a file that begins with these bytes: its name may say anything. */
export function gunzipFor(head: Buffer): Gunzip {
  return head[0] === 0x1f && head[1] === 0x8b ? createGunzipReader() : passThrough;
}
