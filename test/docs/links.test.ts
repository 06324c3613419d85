import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages, proseOf, root, textOf } from './pages.ts';

/* Every relative link in every page leads to a file that is there, and to a heading in it. */

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

const anchorsIn = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

/** Where a page links to inside the repository: the path from its root, and the anchor. */
function linksIn(page: string) {
  const prose = proseOf(page).replace(/`[^`\n]+`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = '', anchor] = target.split('#');
      const from = path.posix.dirname(page);
      const to = file === '' ? page : path.posix.join(from, decodeURIComponent(file));
      return { target, to, anchor };
    });
}

const isBroken = ({ to, anchor }: ReturnType<typeof linksIn>[number]): boolean =>
  !existsSync(path.join(root, to)) ||
  (anchor !== undefined && !(pages.includes(to) && anchorsIn(to).includes(anchor)));

describe('the links of', () => {
  it('some pages are found', () => {
    expect(pages.length).toBeGreaterThan(10);
    expect(linksIn('README.md').length).toBeGreaterThan(10);
  });

  it.each(pages)('%s lead somewhere', (page) => {
    const broken = linksIn(page).filter(isBroken);
    expect(broken.map(({ target }) => target)).toEqual([]);
  });

  it('README.md lead to every other page, directly or through one', () => {
    const near = linksIn('README.md').map(({ to }) => to);
    const far = near.filter((to) => pages.includes(to)).flatMap((page) => linksIn(page));
    const reached = new Set(['README.md', ...near, ...far.map(({ to }) => to)]);
    const read = pages.filter((page) => !page.startsWith('.github/'));
    expect(read.filter((page) => !reached.has(page))).toEqual([]);
  });
});

/** Pages that name tests and sources as evidence, in code and not as links. */
const evidence = ['SECURITY.md', 'CONTRIBUTING.md', 'docs/architecture.md'];

it.each(evidence)('%s names tests and sources that are there', (page) => {
  const named = [
    ...textOf(page).matchAll(
      /`((?:test|shared|render|edge|tasks|client|operator|cli|build|infra|local)\/[^`\s]+)`/g,
    ),
  ];
  const missing = named
    .map(([, file = '']) => file)
    // NAME stands for what the reader adds.
    .filter((file) => !file.includes('NAME') && !existsSync(path.join(root, file)));
  expect(named.length).toBeGreaterThan(10);
  expect(missing).toEqual([]);
});
