import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fetchPackage, type ImagePackage } from '../../../bench/packages/fetch-package.ts';
import type { SourceType } from '../../../shared/operations/image-type.ts';
import { runReference } from './run-reference.ts';

/* The cases and the comparison are in Python, so that nothing of the service and of sharp is in the reference. */

/** A picture in a file of the folder. The expected pixels are beside it. */
export type PixelCase = {
  readonly name: string;
  readonly group: string;
  /** A name in `bounds`. */
  readonly bound: string;
  readonly reference: string;
  readonly recipe: string;
  readonly file: string;
};

/** Milliseconds of each frame, and how often all are played; 0 is endless. */
export type Timing = { readonly delays: readonly number[]; readonly plays: number };

/** How a picture differs from the expected one: the worst pixel, or two sizes. */
export type Difference = {
  /** Of 255. */
  readonly error: number;
  readonly expected: readonly number[] | string;
  readonly got: readonly number[] | string;
  /** Where alpha must be 0 or 255: how far it is from that. */
  readonly alpha?: number;
  readonly timing: Timing;
  readonly expectedTiming: Timing;
};

/** `ours` or `browser` is missing if there was no picture. */
export type Compared = { readonly ours?: Difference; readonly browser?: Difference };

/** cjpeg writes arithmetic coding, which Pillow does not. */
const cjpegPackages: readonly ImagePackage[] = [
  { tool: 'apt', name: 'libjpeg-turbo-progs', version: '1:2.1.5-2' },
  { tool: 'apt', name: 'libjpeg62-turbo', version: '1:2.1.5-2' },
];

/** The variables with which the scripts find cjpeg. Throws what the package client says. */
function cjpegEnvironment(): Readonly<Record<string, string>> {
  const [programs = '', libraries = ''] = cjpegPackages.map(fetchPackage);
  return {
    CJPEG: path.join(programs, 'usr', 'bin', 'cjpeg'),
    CJPEG_LIBRARIES: path.join(libraries, 'usr', 'lib', 'x86_64-linux-gnu'),
  };
}

const groups = ['orientations', 'colours', 'pngs', 'jpegs', 'gifs', 'webps', 'randoms'];

/** Writes all cases to a folder. */
export function writeCases(folder: string): readonly PixelCase[] {
  runReference('write.py', { args: [folder, ...groups], environment: cjpegEnvironment() });
  return JSON.parse(readFileSync(path.join(folder, 'cases.json'), 'utf8'));
}

/** Compares the pictures in the folder with the expected ones. The results have the order of the cases. */
export function compareCases(folder: string): readonly Compared[] {
  const lines = runReference('compare.py', { args: [folder] })
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** The files of a case: its source, our answer, and what the browser shows. */
export function filesOf(folder: string, { file }: PixelCase) {
  const place = path.join(folder, path.parse(file).name);
  return {
    source: path.join(folder, file),
    type: path.extname(file).slice(1) as SourceType,
    answer: `${place}.answer`,
    browserPixels: `${place}.browser`,
    browserFacts: `${place}.browser.json`,
  };
}
