import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchPackage } from '../../../bench/packages/fetch-package.ts';
import { exiftoolPackage, fetchPillow } from './image-packages.ts';

/** What Pillow reads in a file. */
export type PillowFacts = {
  readonly width: number;
  readonly height: number;
  readonly mode: string;
  readonly frames: number;
  readonly orientation: number;
  readonly loop: number | null;
  readonly alpha: boolean;
  readonly delays: readonly number[];
};

/** What Pillow says about a file that it cannot decode. */
export type PillowError = { readonly error: string };

const script = fileURLToPath(new URL('./pillow-facts.py', import.meta.url));
const most = 1e9;

function askPillow(files: readonly string[]): readonly (PillowFacts | PillowError)[] {
  const { stdout } = spawnSync('python3', [script], {
    input: files.map((file) => `${file}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: most,
    env: { ...process.env, PYTHONPATH: fetchPillow() },
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as PillowFacts | PillowError);
}

/** Asks Pillow about files. The answers have the order of the files. A file that ends its process is an error. */
export function readPillowFacts(files: readonly string[]): readonly (PillowFacts | PillowError)[] {
  const facts: (PillowFacts | PillowError)[] = [];
  while (facts.length < files.length) {
    facts.push(...askPillow(files.slice(facts.length)));
    if (facts.length < files.length) facts.push({ error: 'the process of Pillow ended' });
  }
  return facts;
}

/** What ExifTool reads in a file. A tag that the file does not have is missing. */
export type ExiftoolFacts = {
  readonly ImageWidth?: number;
  readonly ImageHeight?: number;
  readonly Orientation?: number;
  readonly FrameCount?: number;
};

/** Asks ExifTool about files. The answers have the order of the files. */
export function readExiftoolFacts(files: readonly string[]): readonly ExiftoolFacts[] {
  const usr = path.join(fetchPackage(exiftoolPackage), 'usr');
  const perl = ['-I', path.join(usr, 'share', 'perl5'), path.join(usr, 'bin', 'exiftool')];
  const tags = ['-ImageWidth', '-ImageHeight', '-Orientation', '-FrameCount'];
  const { stdout } = spawnSync('perl', [...perl, '-json', '-n', '-q', '-q', ...tags, '-@', '-'], {
    input: files.join('\n'),
    encoding: 'utf8',
    maxBuffer: most,
  });
  const all = JSON.parse(stdout) as readonly (ExiftoolFacts & { readonly SourceFile: string })[];
  const byFile = new Map(all.map((facts) => [facts.SourceFile, facts]));
  return files.map((file) => byFile.get(file) ?? {});
}
