import { existsSync } from 'node:fs';
import { mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundle, drawingProcess, root } from '../../build/functions.ts';

/** A file that `startDrawing` can start, and what its processes have noted. */
export type DrawingFile = {
  readonly file: string;
  readonly folder: string;
  readonly notes: () => Promise<readonly string[]>;
};

async function openFolder(): Promise<Omit<DrawingFile, 'file'>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signet-drawing-'));
  const noted = path.join(folder, 'notes');
  const notes = async (): Promise<readonly string[]> =>
    existsSync(noted) ? (await readFile(noted, 'utf8')).trim().split('\n') : [];
  return { folder, notes };
}

/** Appends a line to the notes of the folder. */
const note = `
  import { appendFileSync, readFileSync } from 'node:fs';
  const notes = new URL('./notes', import.meta.url);
  const note = (line) => appendFileSync(notes, line + '\\n');
`;

/** The bundle of the real drawing process, as it is deployed. Each process notes its process id. */
export async function bundleDrawing(): Promise<DrawingFile> {
  const { folder, notes } = await openFolder();
  await writeFile(path.join(folder, drawingProcess.file), await bundle(drawingProcess.entry));
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  const file = path.join(folder, 'noting.mjs');
  await writeFile(file, `${note} note(String(process.pid)); await import('./draw.mjs');`);
  return { file, folder, notes };
}

/** Speaks the protocol without our code, so that a mistake in it is not made on both sides. */
const protocol = `
  ${note}
  note('started ' + process.pid);
  /** 1 for the first process of the folder, and so on. */
  const nth = readFileSync(notes, 'utf8').split('\\n').filter((line) => /^started/.test(line)).length;
  let request = 0;
  const frame = (head, body = '') => {
    const text = Buffer.from(typeof head === 'string' ? head : JSON.stringify(head));
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32BE(text.length, 0);
    prefix.writeUInt32BE(Buffer.from(body).length, 4);
    return Buffer.concat([prefix, text, Buffer.from(body)]);
  };
  const send = (...frames) => process.stdout.write(Buffer.concat(frames));
  const begun = frame({ kind: 'begun' });
  const engine = { sharp: '1.2.3', vips: '4.5.6' };
  /** Says by its size which process drew it, and as which request. */
  const drawn = () => ({ kind: 'drawn', type: 'png', width: nth, height: request, frames: 1, engine });
  const draw = () => send(begun, frame(drawn(), 'image'));
  const crash = (signal) => { process.kill(process.pid, signal); for (;;); };
  let read = Buffer.alloc(0);
  process.stdin.on('data', (chunk) => {
    read = Buffer.concat([read, chunk]);
    const whole = () => read.length >= 8 && 8 + read.readUInt32BE(0) + read.readUInt32BE(4);
    while (whole() && read.length >= whole()) {
      const head = JSON.parse(read.subarray(8, 8 + read.readUInt32BE(0)));
      read = read.subarray(whole());
      request += 1;
      note('request ' + nth + '.' + request);
      serve(head);
    }
  });
  process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL'));
`;

/** A made-up drawing process. `serve` is the JavaScript that runs for each request. */
export async function fakeDrawing(serve: string): Promise<DrawingFile> {
  const { folder, notes } = await openFolder();
  const file = path.join(folder, 'fake.mjs');
  await writeFile(file, `${protocol} function serve(head) { ${serve} }`);
  return { file, folder, notes };
}

/** Whether a process with this id exists. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
