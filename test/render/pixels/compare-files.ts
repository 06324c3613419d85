import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sniff } from '../../../shared/operations/image-type.ts';
import type { ImageFile } from '../others/image-files.ts';
import type { BrowserEye } from './browser-pixels.ts';
import type { DeployedDrawing } from './deployed-drawing.ts';
import { errorOf, type FilePixels, mostDifference } from './file-kinds.ts';
import { runReference } from './run-reference.ts';

type Browser = { readonly pixels: string; readonly width: number; readonly height: number };
type Asked = { readonly source: string; readonly answer: string; readonly browser?: Browser };
type Drawn = Asked & { readonly name: string };

export type FileTools = {
  readonly drawing: DeployedDrawing;
  /** Undefined if there is no browser. */
  readonly eye: BrowserEye | undefined;
  readonly folder: string;
};

/** Files per run of Pillow, so that answers do not fill the disk. */
const batch = 50;

/** The largest file that a browser is asked about: its pixels come back as text. */
const mostBytes = 3_000_000;

async function drawFiles({ drawing, folder }: FileTools, files: readonly ImageFile[]) {
  const drawn: Drawn[] = [];
  for (const { name, file } of files) {
    const outcome = await drawing.draw(readFileSync(file), 'format,f_png');
    if (!('bytes' in outcome)) continue;
    const answer = path.join(folder, `${drawn.length}.png`);
    writeFileSync(answer, outcome.bytes);
    drawn.push({ name, source: file, answer });
  }
  return drawn;
}

/** Adds what the browser shows of a file, if it shows it. An animation is its first frame. */
async function addBrowser({ eye, folder }: FileTools, drawn: Drawn): Promise<Drawn> {
  const bytes = readFileSync(drawn.source);
  const type = sniff(bytes);
  if (eye === undefined || type === undefined || bytes.length > mostBytes) return drawn;
  try {
    const { pixels, width, height } = await eye.see(bytes, type);
    const file = path.join(folder, `${path.basename(drawn.answer)}.pixels`);
    writeFileSync(file, pixels);
    return { ...drawn, browser: { pixels: file, width, height } };
  } catch {
    return drawn;
  }
}

/** The process of Pillow may end over a file, which then has no facts. */
function compare(drawn: readonly Drawn[]): readonly FilePixels[] {
  if (drawn.length === 0) return [];
  const input = drawn.map(({ name: _, ...asked }) => `${JSON.stringify(asked)}\n`).join('');
  const lines = runReference('files.py', { input }).trim().split('\n');
  return drawn.map(({ name }, at) => ({ name, ...JSON.parse(lines[at] ?? '{}') }));
}

const needsBrowser = ({ format, pillow }: FilePixels): boolean =>
  format === 'GIF' || errorOf(pillow) > mostDifference;

async function compareBatch(tools: FileTools, files: readonly ImageFile[]) {
  mkdirSync(tools.folder, { recursive: true });
  const drawn = await drawFiles(tools, files);
  const first = compare(drawn);
  const again: Drawn[] = [];
  for (const [at, one] of drawn.entries()) {
    const result = first[at];
    if (result !== undefined && needsBrowser(result)) again.push(await addBrowser(tools, one));
  }
  const second = new Map(compare(again).map((result) => [result.name, result]));
  rmSync(tools.folder, { recursive: true });
  return first.map((result) => second.get(result.name) ?? result);
}

/** Draws files at full size and compares them with Pillow, and those that differ and GIFs with Chromium. Refused files are left out. */
export async function compareFiles(
  tools: FileTools,
  files: readonly ImageFile[],
): Promise<readonly FilePixels[]> {
  const results: FilePixels[] = [];
  for (let at = 0; at < files.length; at += batch)
    results.push(...(await compareBatch(tools, files.slice(at, at + batch))));
  return results;
}
