import type { ObjectStore } from '../../shared/ports.ts';
import { type SourcePath, sourceKey } from '../../shared/url/path.ts';

/** A way to another name than was meant. */
type NameMistake = {
  readonly meant: (target: SourcePath) => string | undefined;
  readonly what: (name: string) => string;
};

function decodeName({ path }: SourcePath): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** What people take for the name of a source that is not there. */
const mistakes: readonly NameMistake[] = [
  {
    meant: decodeName,
    what: (name) => `the path was encoded before it was minted; mint the name as it is: ${name}`,
  },
  {
    meant: ({ tenant, path }) =>
      path.startsWith(`${tenant}/`) ? path.slice(tenant.length + 1) : undefined,
    what: (name) => `the tenant was written before the path; leave it out: ${name}`,
  },
];

/** The mistake after which there is a source of that name; nothing where none of them leads to one. */
export async function nameHint(
  sources: ObjectStore,
  target: SourcePath,
): Promise<Readonly<Record<string, string>>> {
  for (const { meant, what } of mistakes) {
    const path = meant(target);
    if (path === undefined || path === '' || path === target.path) continue;
    const key = sourceKey({ ...target, path });
    if ((await sources.get(key, { maxBytes: 0 })) !== 'missing') return { mistake: what(path) };
  }
  return {};
}
