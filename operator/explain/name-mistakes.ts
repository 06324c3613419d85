import type { ObjectStore } from '../../shared/ports.ts';
import { type SourcePath, sourceKey } from '../../shared/url/path.ts';
import { decodeOnce } from './decode-once.ts';

/** A mistake that turns the intended path into another one. */
type NameMistake = {
  readonly findIntended: (source: SourcePath) => string | undefined;
  readonly describe: (name: string) => string;
};

/** Common mistakes in the path of a source that does not exist. */
const mistakes: readonly NameMistake[] = [
  {
    findIntended: ({ path }) => decodeOnce(path),
    describe: (name) =>
      `the path was encoded before it was minted; mint the name as it is: ${name}`,
  },
  {
    findIntended: ({ tenant, path }) =>
      path.startsWith(`${tenant}/`) ? path.slice(tenant.length + 1) : undefined,
    describe: (name) => `the tenant was written before the path; leave it out: ${name}`,
  },
  {
    findIntended: ({ path }) => path.normalize('NFC'),
    describe: () => 'the stored name is in the Unicode form NFC; mint the name in that form',
  },
  {
    findIntended: ({ path }) => path.normalize('NFD'),
    describe: () => 'the stored name is in the Unicode form NFD; mint the name in that form',
  },
];

/** The mistake without which the source exists; an empty object if none explains it. */
export async function nameHint(
  sources: ObjectStore,
  source: SourcePath,
): Promise<Readonly<Record<string, string>>> {
  for (const { findIntended, describe } of mistakes) {
    const path = findIntended(source);
    if (path === undefined || path === '' || path === source.path) continue;
    const key = sourceKey({ ...source, path });
    if ((await sources.get(key, { maxBytes: 0 })) !== 'missing') return { mistake: describe(path) };
  }
  return {};
}
