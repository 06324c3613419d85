import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './functions.ts';

/*
 * A bundle contains the code of other packages without their files, and their licences ask that the text
 * of the licence comes with the code.
 */

/** The folder of the package that a file belongs to; undefined for a file of Signet. */
const packageOf = (file: string): string | undefined =>
  /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];

const licenceFile = /^(?:licen[cs]e|notice|copying)(?:[.-]|$)/i;

type Licensed = { readonly title: string; readonly text: string };

const noText = 'The packages above contain no text of their licence.';

async function readLicence(folder: string): Promise<Licensed> {
  const place = path.join(root, folder);
  const { name, version, license } = JSON.parse(
    await readFile(path.join(place, 'package.json'), 'utf8'),
  );
  if (typeof license !== 'string') throw new Error(`${folder} does not name its licence`);
  const files = (await readdir(place)).filter((file) => licenceFile.test(file)).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(path.join(place, file), 'utf8')));
  const text = texts.join('\n\n').trim();
  return { title: `${name} ${version} (${license})`, text: text || noText };
}

/**
 * The licences of the packages whose files are in bundles, as one text. `inputs` are paths relative to the
 * checkout. Packages with the same text share it.
 */
export async function licencesOf(inputs: readonly string[]): Promise<string> {
  const folders = new Set(inputs.map(packageOf).filter((folder) => folder !== undefined));
  const licences = await Promise.all([...folders].toSorted().map(readLicence));
  const titles = new Map<string, string[]>();
  for (const { title, text } of licences) titles.set(text, [...(titles.get(text) ?? []), title]);
  const parts = [...titles].map(([text, names]) => `${names.join('\n')}\n\n${text}`);
  return `${parts.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
