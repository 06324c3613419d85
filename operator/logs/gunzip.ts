import { createGunzip } from 'node:zlib';

/** Receives the bytes of a file and returns them, unpacked if they are gzipped. */
export type Gunzip = {
  readonly write: (chunk: Buffer) => Promise<readonly Buffer[]>;
  readonly end: () => Promise<readonly Buffer[]>;
  /** Whether the file is cut or damaged. The bytes before the damage have been returned. */
  readonly damaged: () => boolean;
};

const passThrough: Gunzip = {
  write: async (chunk) => [chunk],
  end: async () => [],
  damaged: () => false,
};

/** Listens to `data`, because reading the stream would lose its buffer when it meets the damage. */
function createGunzipReader(): Gunzip {
  const gunzip = createGunzip();
  const unpacked: Buffer[] = [];
  let damaged = false;
  let wake = (): void => undefined;
  gunzip.on('data', (chunk: Buffer) => unpacked.push(chunk));
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
    return unpacked.splice(0);
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

/** Chooses the reader by the first two bytes. File names are not trusted. */
export function gunzipFor(head: Buffer): Gunzip {
  return head[0] === 0x1f && head[1] === 0x8b ? createGunzipReader() : passThrough;
}
