import { readFileSync } from 'node:fs';

/* The files of applications that the client's README shows. Each begins with its name as a comment. */

const readme = readFileSync(new URL('../../client/README.md', import.meta.url), 'utf8');

/** The framework of a section of the README, such as `next`. */
export type FrameworkName = 'next' | 'nuxt' | 'astro';

const titles: Readonly<Record<FrameworkName, string>> = {
  ...{ next: 'Next.js', nuxt: 'Nuxt', astro: 'Astro' },
};

/** The files that the section of a framework shows, by their names. */
export function readmeFiles(framework: FrameworkName): ReadonlyMap<string, string> {
  const [, after = ''] = readme.split(`\n## ${titles[framework]}\n`);
  const [section = ''] = after.split('\n## ');
  const fences = [...section.matchAll(/^```(?:tsx?|js)\n(?=\/\/ (\S+))([\s\S]*?)^```$/gm)];
  return new Map(fences.map(([, name = '', code = '']) => [name, code]));
}

/** The code with the place of a running service instead of the one in the README. */
export const withPlace = (code: string, url: string, tenant: string): string =>
  code
    .replaceAll('https://img.example.com', url)
    .replaceAll("tenant: 'acme'", `tenant: '${tenant}'`);
