import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Results, readResults } from '../results.ts';
import { drawTable, performancePage } from './page.ts';

/** The results, the page and its pictures in the folder of the documentation. */
const placesIn = (docs: string) => ({
  page: path.join(docs, 'performance.md'),
  pictures: path.join(docs, 'performance'),
  results: path.join(docs, 'performance', 'results.json'),
});

/** The results of earlier runs. Throws if the file is not theirs. */
export function earlierResults(docs: string): Results {
  const { results } = placesIn(docs);
  return existsSync(results) ? readResults(readFileSync(results, 'utf8')) : {};
}

/** Writes the results, the page and one picture for each table. */
export function writePage(docs: string, results: Results): void {
  const places = placesIn(docs);
  mkdirSync(places.pictures, { recursive: true });
  for (const [name, table] of Object.entries(results)) {
    const picture = drawTable(table);
    if (picture !== undefined) writeFileSync(path.join(places.pictures, `${name}.svg`), picture);
  }
  writeFileSync(places.results, `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(places.page, performancePage(results));
}
