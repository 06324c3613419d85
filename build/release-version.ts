/** The files of a checkout that name the version. */
export type VersionSources = {
  /** The text of the changelog. */
  readonly changelog: string;
  /** The versions of manifests and lock files, by their paths. */
  readonly manifests: Readonly<Record<string, string | undefined>>;
};

const heading = /^## (?<name>.+)$/m;
const releaseHeading = /^(?<version>\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}$/;

/** The version of the newest heading of the changelog, or `unreleased`. Throws for another heading. */
function newestVersion(changelog: string): string {
  const name = heading.exec(changelog)?.groups?.['name'] ?? '';
  if (name === 'Unreleased') return 'unreleased';
  const version = releaseHeading.exec(name)?.groups?.['version'];
  if (version === undefined)
    throw new Error(
      `The newest heading of CHANGELOG.md is "${name}"; write "Unreleased", or a version and a day: 1.2.0 - 2026-01-31`,
    );
  return version;
}

/**
 * Returns the version that all files agree on. Throws if they do not agree, and, with a tag, if the tag is not
 * `v` and that version, or if the changelog has no heading for it yet.
 */
export function agreedVersion({ changelog, manifests }: VersionSources, tag?: string): string {
  const version = manifests['package.json'] ?? '';
  const other = Object.entries(manifests).find(([, one]) => one !== version);
  if (other !== undefined)
    throw new Error(
      `package.json has version ${version} and ${other[0]} has ${other[1]}; write the same version in both`,
    );
  const newest = newestVersion(changelog);
  if (newest !== version && newest !== 'unreleased')
    throw new Error(
      `The newest version in CHANGELOG.md is ${newest} and that of package.json is ${version}; change one of them`,
    );
  if (tag !== undefined && tag !== `v${version}`)
    throw new Error(`The tag is ${tag} and the version is ${version}; tag the commit v${version}`);
  if (tag !== undefined && newest === 'unreleased')
    throw new Error(
      `CHANGELOG.md has no heading for ${version}; write the version and the day in place of "Unreleased"`,
    );
  return version;
}
