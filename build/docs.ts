import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { clientOperations } from './client-operations.ts';
import { blocks } from './generated-blocks.ts';
import { vectorFiles } from './vectors.ts';

/*
 * Writes the generated blocks into the documentation, and the generated files of the client; with
 * --check it writes nothing and fails where they differ. A block is the text between `<!-- generated: NAME -->` and `<!-- end -->`.
 */

const pages = [
  ...['urls', 'operations', 'policies', 'commands', 'errors', 'permissions', 'operating'],
  'deploying',
];
const files = ['README.md', ...pages.map((page) => `docs/${page}.md`)];
const marked = /(<!-- generated: ([a-z]+) -->)[\s\S]*?(<!-- end -->)/g;

function withBlocks(text: string): string {
  return text.replace(marked, (_all, begin: string, name: string, end: string) => {
    const block = blocks[name];
    if (block === undefined) throw new Error(`there is no generated block "${name}"`);
    return `${begin}\n\n${block()}\n\n${end}`;
  });
}

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(marked)].map(([, , name = '']) => name);
}

const check = process.argv.includes('--check');
const texts = files.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
const written = texts.map(({ file, text }) => ({ file, text, fresh: withBlocks(text) }));
const whole = { 'client/lib/operations.ts': clientOperations(), ...(await vectorFiles()) };
for (const [file, fresh] of Object.entries(whole))
  written.push({ file, fresh, text: existsSync(file) ? readFileSync(file, 'utf8') : '' });
const missing = Object.keys(blocks).filter(
  (name) => !texts.some(({ text }) => namesIn(text).includes(name)),
);
if (missing.length > 0) throw new Error(`no file has the generated blocks ${missing.join(', ')}`);
for (const { file, text, fresh } of written) {
  if (fresh === text) continue;
  if (!check) writeFileSync(file, fresh);
  else {
    console.error(`${file} is out of date; run: npm run docs`);
    process.exitCode = 1;
  }
}
