import type { SourceReaders } from '../../shared/objects/source-buckets.ts';
import { readFromPlace } from '../../shared/objects/sources.ts';
import type { ChosenSource } from '../../shared/policy/source-place.ts';
import type { SourcePath } from '../../shared/url/path.ts';
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
  readers: SourceReaders,
  asked: SourcePath,
  source: ChosenSource,
): Promise<Readonly<Record<string, string>>> {
  for (const { findIntended, describe } of mistakes) {
    const path = findIntended(asked);
    if (path === undefined || path === '' || path === asked.path) continue;
    const read = await readFromPlace(readers, { ...asked, path }, source, { maxBytes: 0 });
    if (read !== 'missing') return { mistake: describe(path) };
  }
  return {};
}
