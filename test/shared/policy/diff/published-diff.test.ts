import { describe, expect, it } from 'vitest';
import { policyDiff } from '../../../../shared/policy/diff/policy-diff.ts';
import { publishedDiff, readPublished } from '../../../../shared/policy/diff/published-diff.ts';
import { validPolicy } from '../../../../shared/policy/validation.ts';

const sound = {
  tenant: 'acme',
  operations: { resize: { w: [16] } },
  presets: { thumb: 'resize,w_16' },
};
const after = validPolicy({ ...sound, presetsOnly: true });
const textsOf = (before: object): readonly string[] =>
  publishedDiff(readPublished({ ...before }), after).map(({ text }) => text);

describe('a published policy that this release refuses', () => {
  it.each<[string, object, string]>([
    ['a preset', { presets: { ...sound.presets, 'a--b': 'resize,w_9' } }, 'presets.a--b'],
    ['the text of a preset', { presets: { ...sound.presets, old: 'spin' } }, 'presets.old'],
    ['a rule', { operations: { ...sound.operations, blur: { z: [1] } } }, 'operations.blur.z'],
    ['an operation', { operations: { ...sound.operations, spin: {} } }, 'operations.spin'],
    ['a field', { colour: 'red' }, 'colour'],
    ['a value', { snap: 'yes' }, 'snap'],
    ['a value in a group', { urls: { grants: 3 } }, 'urls.grants'],
  ])('for %s is compared without it', (_what, wrong, path) => {
    const [refused, ...others] = textsOf({ ...sound, ...wrong });
    expect(refused).toMatch(new RegExp(`^replaces what this release refuses: ${path} `));
    expect(others).toEqual(policyDiff(validPolicy(sound), after).map(({ text }) => text));
  });

  it('for more than one reason names all of them', () => {
    const texts = textsOf({ ...sound, snap: 'yes', presets: { 'a--b': 'resize,w_9', 'c-': '' } });
    expect(texts.filter((text) => text.startsWith('replaces what'))).toHaveLength(4);
  });

  it('for everything is compared with a policy that allows nothing', () => {
    expect(readPublished({ operations: [] }).policy).toBeUndefined();
    expect(textsOf({}).slice(-2)).toEqual([
      'adds preset thumb = resize,w_16',
      'serves presets only',
    ]);
  });
});

it('a published policy that is valid is compared as it is', () => {
  expect(readPublished(sound)).toEqual({ policy: validPolicy(sound), issues: [] });
  expect(textsOf(sound)).toEqual(['serves presets only']);
});
