import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fetchPackage, type ImagePackage } from '../../../bench/packages/fetch-package.ts';
import { sniff } from '../../../shared/operations/image-type.ts';

/** A file of a package. */
export type ImageFile = {
  /** The package and the path in it. */
  readonly name: string;
  readonly file: string;
};

/** The images of a package. `reason` says why it has none. */
export type PackageFiles = {
  readonly from: ImagePackage;
  readonly files: readonly ImageFile[];
  readonly reason?: string;
};

/** Every nth entry, so that at most `most` are left. */
function thin<T>(all: readonly T[], most: number): readonly T[] {
  const every = Math.max(1, Math.ceil(all.length / most));
  return all.filter((_, at) => at % every === 0);
}

/** The paths of all images, known by their first bytes, whatever they are called. */
function findImages(folder: string, seen: Set<string>): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
    .filter((file) => {
      const bytes = readFileSync(file);
      if (sniff(bytes) === undefined) return false;
      const digest = createHash('sha256').update(bytes).digest('hex');
      const isNew = !seen.has(digest);
      seen.add(digest);
      return isNew;
    });
}

/** Downloads packages and lists their images. A file that several packages have is listed once. */
export function listImages(packages: readonly ImagePackage[]): readonly PackageFiles[] {
  const seen = new Set<string>();
  return packages.map((from) => {
    try {
      const folder = fetchPackage(from);
      const found = thin(findImages(folder, seen), from.most ?? Number.POSITIVE_INFINITY);
      const files = found.map((file) => ({
        file,
        name: `${from.name}: ${path.relative(folder, file)}`,
      }));
      return { from, files };
    } catch (thrown) {
      return { from, files: [], reason: thrown instanceof Error ? thrown.message : 'unknown' };
    }
  });
}
