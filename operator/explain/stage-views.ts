import { canonicalRecipe } from '../../shared/recipe/canonical.ts';
import type { QueryRecipe } from '../../shared/recipe/spellings.ts';
import type { SignedUrl } from '../../shared/request/admission.ts';
import { notesOf } from '../mint/recipe-input.ts';
import type { StageViews } from './explanation.ts';

const printTime = (exp: number): string => new Date(exp * 1_000).toISOString();

function signerView({ granted, kid, exp }: SignedUrl): Readonly<Record<string, unknown>> {
  if (granted === undefined)
    return { kid, expires: exp === undefined ? 'never' : printTime(Number(exp)) };
  const { presets = null, scope } = granted;
  return { kid, grant: true, expires: printTime(granted.exp), scope, presets };
}

/** What differs from the documentation of OSS or BOS, if the recipe has one of their spellings. */
export function notesView(query: QueryRecipe | undefined): { readonly notes?: readonly string[] } {
  const notes = notesOf(query);
  return notes.length === 0 ? {} : { notes };
}

/** What an explanation shows of each stage that a request passed. */
export const stageViews = (
  accept: string | undefined,
  query: () => QueryRecipe | undefined,
): StageViews => ({
  split: ({ tenant, path, operations }) => ({ tenant, path, operations: operations ?? null }),
  verify: signerView,
  admit: ({ keys, maxLifetime }) => ({ acceptedKids: keys.accept, maxLifetime }),
  parse: ({ steps }) => ({ recipe: canonicalRecipe(steps).text, ...notesView(query()) }),
  negotiate: ({ recipe }) => ({ accept: accept ?? null, format: recipe.format }),
  authorize: ({ recipe, reported }) => ({
    recipe: recipe.text,
    ...(reported === undefined ? {} : { reported: reported.code }),
  }),
  name: ({ key, uri }) => ({ key, uri }),
});
