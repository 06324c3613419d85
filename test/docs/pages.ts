import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Folders without pages of ours: packages, builds, state. */
const skipped = new Set(['node_modules', 'dist', 'cdk.out', '.git', '.signet']);

function pagesBelow(folder: string): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : pagesBelow(name);
    return name.endsWith('.md') ? [name] : [];
  });
}

/** Every Markdown file of the repository, as a path from its root. */
export const pages: readonly string[] = pagesBelow('').toSorted();

export const textOf = (page: string): string => readFileSync(path.join(root, page), 'utf8');

/** The blocks of a page in one language, without their fences. */
export function codeBlocks(page: string, language: string): readonly string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return [...textOf(page).matchAll(fence)].map(([, code = '']) => code);
}

/** The text without code blocks and comments, in which nothing is a link or a heading. */
export const proseOf = (page: string): string =>
  textOf(page)
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/<!--[\s\S]*?-->/g, '');
