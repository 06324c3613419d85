import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { canonicalRecipe } from '../../../shared/recipe/canonical.ts';
import { parseQueryRecipe, spellingNames } from '../../../shared/recipe/spellings.ts';
import { Refusal } from '../../../shared/refusal.ts';
import { countCases, isProof } from '../../proof/cases.ts';
import { type RecipeResult, recipesPage, shareOf } from './proof-page.ts';
import { canonicalText } from './recipes.ts';

/* Recipes of OSS and BOS as sites write them. */

type Query = (typeof spellingNames)[number];
type Refused = { readonly recipe: string; readonly reason: string; readonly documented: boolean };
type Recipes = {
  readonly served: Readonly<Record<Query, readonly string[]>>;
  readonly refused: Readonly<Record<Query, readonly Refused[]>>;
};

const { served, refused } = JSON.parse(
  readFileSync(new URL('owner-recipes.json', import.meta.url), 'utf8'),
) as Recipes;
const page = fileURLToPath(new URL('../../../docs/proof-recipes.md', import.meta.url));

function resultOf(query: Query, recipe: string, documented = true): RecipeResult {
  try {
    const { steps, preset } = parseQueryRecipe({ name: query, value: recipe });
    const canonical = preset === undefined ? canonicalRecipe(steps).text : `style,n_${preset}`;
    return { query, recipe, served: canonical, documented };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return { query, recipe, reason: thrown.detail.reason, documented };
  }
}

const results = new Map(
  spellingNames.map((query) => [
    query,
    [
      ...served[query].map((recipe) => resultOf(query, recipe)),
      ...refused[query].map(({ recipe, documented }) => resultOf(query, recipe, documented)),
    ],
  ]),
);
const allResults = [...results.values()].flat();

beforeAll(() => {
  if (!isProof) return;
  for (const { query, recipe, served: canonical, reason } of allResults)
    console.log(`${query}=${recipe}\n  ${canonical ?? `refused: ${reason}`}`);
  writeFileSync(page, recipesPage(results));
});

describe.each(spellingNames)('recipes of %s on real sites', (query) => {
  it.each(served[query])('%s is served under a key that can be read again', (recipe) => {
    const { served: canonical = '', reason } = resultOf(query, recipe);
    countCases();
    expect(reason).toBeUndefined();
    if (!canonical.startsWith('style,')) expect(canonicalText(canonical)).toBe(canonical);
  });

  it.each([...refused[query]])('$recipe is refused, and the reason says: $reason', (one) => {
    countCases();
    expect(resultOf(query, one.recipe).reason).toContain(one.reason);
  });
});

describe('the recipes that their owners document', () => {
  it.each([
    ['x-oss-process', 60, 0.94],
    ['x-bce-process', 30, 0.9],
  ] as const)(
    'of %s are at least %i, and at least this share is served: %f',
    (query, count, share) => {
      const documented = (results.get(query) ?? []).filter((one) => one.documented);
      expect(new Set(documented.map(({ recipe }) => recipe)).size).toBeGreaterThanOrEqual(count);
      expect(shareOf(documented)).toBeGreaterThanOrEqual(share);
    },
  );
});

describe('docs/proof-recipes.md', () => {
  it('lists what is served and why the rest is not', () => {
    expect(readFileSync(page, 'utf8')).toBe(recipesPage(results));
  });
});
