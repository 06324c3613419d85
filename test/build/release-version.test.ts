import { describe, expect, it } from 'vitest';
import { agreedVersion } from '../../build/release-version.ts';

const manifests = { 'package.json': '1.2.0', 'package-lock.json': '1.2.0' };
const released =
  '# Changelog\n\nText.\n\n## 1.2.0 - 2026-01-31\n\n### Fixed\n\n## 1.1.9 - 2026-01-01\n';
const unreleased = '# Changelog\n\n## Unreleased\n\n## 1.2.0 - 2026-01-31\n';

describe('the version of a release', () => {
  it.each([
    { why: 'its heading is the newest', changelog: released, tag: 'v1.2.0' },
    { why: 'there is no tag', changelog: released, tag: undefined },
    { why: 'changes are not released and there is no tag', changelog: unreleased, tag: undefined },
  ])('is agreed on if $why', ({ changelog, tag }) => {
    expect(agreedVersion({ changelog, manifests }, tag)).toBe('1.2.0');
  });

  it.each([
    {
      why: 'a manifest has another one',
      given: { changelog: released, manifests: { ...manifests, 'client/package.json': '1.1.9' } },
      tag: undefined,
      sentence:
        'package.json has version 1.2.0 and client/package.json has 1.1.9; write the same version in both',
    },
    {
      why: 'the changelog is behind',
      given: { changelog: released.replace('1.2.0', '1.1.10'), manifests },
      tag: undefined,
      sentence:
        'The newest version in CHANGELOG.md is 1.1.10 and that of package.json is 1.2.0; change one of them',
    },
    {
      why: 'the heading has no day',
      given: { changelog: released.replace(' - 2026-01-31', ''), manifests },
      tag: undefined,
      sentence:
        'The newest heading of CHANGELOG.md is "1.2.0"; write "Unreleased", or a version and a day: 1.2.0 - 2026-01-31',
    },
    {
      why: 'the changelog has no heading',
      given: { changelog: '# Changelog\n', manifests },
      tag: undefined,
      sentence:
        'The newest heading of CHANGELOG.md is ""; write "Unreleased", or a version and a day: 1.2.0 - 2026-01-31',
    },
    {
      why: 'the tag is another version',
      given: { changelog: released, manifests },
      tag: 'v1.2.1',
      sentence: 'The tag is v1.2.1 and the version is 1.2.0; tag the commit v1.2.0',
    },
    {
      why: 'the tag has no v',
      given: { changelog: released, manifests },
      tag: '1.2.0',
      sentence: 'The tag is 1.2.0 and the version is 1.2.0; tag the commit v1.2.0',
    },
    {
      why: 'a tagged version has no heading yet',
      given: { changelog: unreleased, manifests },
      tag: 'v1.2.0',
      sentence:
        'CHANGELOG.md has no heading for 1.2.0; write the version and the day in place of "Unreleased"',
    },
  ])('is refused if $why', ({ given, tag, sentence }) => {
    expect(() => agreedVersion(given, tag)).toThrow(new Error(sentence));
  });
});
