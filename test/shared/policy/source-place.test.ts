import { describe, expect, it } from 'vitest';
import { policyIssues } from '../../../shared/policy/issues.ts';
import { entryParts } from '../../../shared/policy/source-entries.ts';
import {
  isSamePlace,
  pathOfObject,
  possiblePaths,
  sourcePlace,
} from '../../../shared/policy/source-place.ts';
import { manySources, manyTenants } from './many-sources.ts';

const photos = {
  bucket: 'b',
  region: 'eu-west-1',
  prefix: 'img/{tenant}/',
  tenants: ['acme', 'acme2'],
};
const entries = { photos };

describe('the place of the sources', () => {
  it.each([
    [{}, undefined, 'acme/'],
    [{ prefix: 'web/' }, undefined, 'acme/web/'],
    [{ from: 'photos' }, 'photos', 'img/acme/'],
    [{ from: 'photos', prefix: 'web/2/' }, 'photos', 'img/acme/web/2/'],
  ])('that a policy with %j chooses', (source, name, prefix) => {
    const place = sourcePlace(entries, 'acme', source);
    expect('fault' in place ? place : [place.elsewhere?.name, place.prefix]).toEqual([
      name,
      prefix,
    ]);
  });

  it.each([
    [
      'no such source',
      'acme',
      'photo',
      /^names the source "photo", which the deployment does not list$/,
    ],
    ['a name of every object', 'acme', 'constructor', /does not list$/],
    ['a source of other tenants', 'acme3', 'photos', /does not list for acme3$/],
    ['a source of a tenant that begins alike', 'acm', 'photos', /does not list for acm$/],
  ])('does not exist for %s', (_what, tenant, from, fault) => {
    expect(sourcePlace(entries, tenant, { from })).toEqual({ fault: expect.stringMatching(fault) });
  });

  it('leaves room for the longest path', () => {
    const prefix = `${'a'.repeat(313)}/`;
    expect(sourcePlace(entries, 'acme', { from: 'photos', prefix })).toMatchObject({
      prefix: `img/acme/${prefix}`,
    });
    const long = sourcePlace(entries, 'acme2', { from: 'photos', prefix: `a${prefix}` });
    expect(long).toMatchObject({ fault: expect.stringContaining('more than 324 bytes') });
  });

  it.each([
    [{}, {}, true],
    [{ prefix: 'a/' }, { prefix: 'a/' }, true],
    [{ prefix: 'a/' }, {}, false],
    [{ from: 'a' }, {}, false],
    [{ from: 'a' }, { from: 'b' }, false],
  ])('of %j and %j is the same: %s', (one, other, same) => {
    expect(isSamePlace(one, other)).toBe(same);
  });
});

describe('source.prefix of a policy', () => {
  const issuesOf = (prefix: unknown) =>
    policyIssues({ tenant: 'acme', operations: {}, source: { prefix } }).map(
      ({ message }) => message,
    );

  it.each(['web/', 'a/b.c/', 'A b/ü/', '..a/', '*/'])('may be %s', (prefix) => {
    expect(issuesOf(prefix)).toEqual([]);
  });

  it.each([
    '',
    'web',
    '/',
    '/web/',
    'a//',
    './',
    'a/../',
    '../',
    'a/./b/',
    '_watermarks/',
    'a\\/',
    7,
  ])('may not be %s', (prefix) => {
    expect(issuesOf(prefix)).toHaveLength(1);
  });
});

describe('the path of an object', () => {
  it.each([
    [{}, undefined, 'a/b.jpg', 'a/b.jpg'],
    [{ prefix: 'a/' }, undefined, 'a/b.jpg', 'b.jpg'],
    [{ prefix: 'a/' }, undefined, 'ab.jpg', undefined],
    [{ prefix: 'a/' }, undefined, 'A/b.jpg', undefined],
    [{ from: 'photos' }, 'photos', 'b.jpg', 'b.jpg'],
    [{ from: 'photos' }, undefined, 'b.jpg', undefined],
    [{}, 'photos', 'b.jpg', undefined],
    [{}, undefined, 'a//b.jpg', undefined],
    [{}, undefined, '_watermarks/a.png', undefined],
    [{}, undefined, '', undefined],
  ])('for %j in %s: %s', (source, from, rest, path) => {
    expect(pathOfObject(source, { from, rest })).toBe(path);
  });

  it('can be any end of it if the policy is not known', () => {
    expect(possiblePaths({ from: undefined, rest: 'a/b/c.jpg' })).toEqual([
      'a/b/c.jpg',
      'b/c.jpg',
      'c.jpg',
    ]);
    expect(possiblePaths({ from: undefined, rest: '_watermarks/a.png' })).toEqual(['a.png']);
  });
});

describe('50 tenants and 50 entries', () => {
  const prefixes = ['', 'a/', 'ab/', 'A/', 'a./', 'a.b/', '{tenant}/'];
  const parts = entryParts(manySources);

  const combinations = manyTenants.flatMap((tenant) =>
    Object.keys(manySources).flatMap((from) =>
      prefixes.map((prefix) => ({ tenant, from, prefix })),
    ),
  );

  /** The parts, of all tenants, in which the keys of a place are; undefined if there is no such place. */
  function partsReached({ tenant, from, prefix }: (typeof combinations)[number]) {
    const place = sourcePlace(manySources, tenant, { from, prefix });
    if ('fault' in place) return undefined;
    const bucket = place.elsewhere?.entry.bucket;
    return parts.filter(
      (part) => part.bucket === bucket && `${place.prefix}x`.startsWith(part.prefix),
    );
  }

  it('reach only their own parts, whatever a policy says', () => {
    const wrong = combinations.flatMap((one) => {
      const reached = partsReached(one)?.map(({ name, tenant }) => `${name} ${tenant}`);
      return reached === undefined || reached.join() === `${one.from} ${one.tenant}` ? [] : [one];
    });
    expect(wrong).toEqual([]);
    const allowed = combinations.filter((one) => partsReached(one) !== undefined);
    expect(allowed).toHaveLength((10 * 50 + 40) * prefixes.length);
  });
});
