import { computed, effect, signal } from '@preact/signals';
import { compilePolicy, type Policy } from '../../../shared/policy/policy.ts';
import { nextInSorted } from '../../../shared/policy/value-set.ts';
import { address, setQuery } from '../address.ts';
import { call, messageOf } from '../call.ts';
import { overview } from '../installation.ts';
import { judge } from './policy-judge.ts';
import { readRecipeText, recipeText } from './recipe-text.ts';

/* What the playground shows: a tenant, one of its sources, and a recipe. All of it is in the address of the page. */

export const chosenTenant = computed(() => {
  const asked = address.value.query.get('tenant');
  const known = overview.value?.tenants ?? [];
  return asked !== null && known.includes(asked) ? asked : (known[0] ?? '');
});

export const policy = signal<Policy | undefined>(undefined);
export const policyError = signal<string | undefined>(undefined);

/** The sources that are listed first, from which one is shown until another is chosen. */
export const firstPath = signal<string | undefined>(undefined);

export const path = computed(() => address.value.query.get('path') ?? firstPath.value ?? '');

/** How wide a first picture is, in pixels. */
const usualWidth = 640;

/** A recipe that the policy allows: the usual width or the next one, in the best format. */
function firstRecipe(found: Policy, shown: string): readonly string[] {
  const widths = found.snapLengths.w.rules.flatMap(
    ({ lengths }) => nextInSorted(lengths, usualWidth) ?? [],
  );
  const [preset] = found.presets.keys();
  const candidates = [
    ...widths.map((width) => [`resize,w_${width}`, 'format,f_auto']),
    ...widths.map((width) => [`resize,w_${width}`]),
    ['format,f_auto'],
    ...(preset === undefined ? [] : [[`style,n_${preset}`]]),
  ];
  return candidates.find((one) => judge(found, shown, one) === undefined) ?? [];
}

export const chosenOperations = computed((): readonly string[] => {
  const written = address.value.query.get('recipe');
  if (written !== null) return readRecipeText(written);
  return policy.value === undefined ? [] : firstRecipe(policy.value, path.value);
});

export const setOperations = (next: readonly string[]): void =>
  setQuery({ recipe: next.length === 0 ? '/' : recipeText(next) });

/** What the viewer's browser accepts; `format,f_auto` depends on it. */
export const viewers = {
  modern: { name: 'a browser of today', accept: 'image/avif,image/webp,image/*,*/*' },
  webp: { name: 'a browser without AVIF', accept: 'image/webp,image/*,*/*' },
  old: { name: 'an old browser', accept: '*/*' },
} as const;
export type ViewerName = keyof typeof viewers;

export const viewer = computed((): ViewerName => {
  const asked = address.value.query.get('viewer') ?? '';
  return Object.hasOwn(viewers, asked) ? (asked as ViewerName) : 'modern';
});

/** Why the policy refuses the recipe; undefined if it allows it, or is not known yet. */
export const judgement = computed(() =>
  policy.value === undefined ? undefined : judge(policy.value, path.value, chosenOperations.value),
);

async function readPolicyOf(name: string): Promise<void> {
  try {
    const document = await call('policy', { tenant: name });
    if (chosenTenant.peek() === name) policy.value = compilePolicy(document);
  } catch (thrown) {
    if (chosenTenant.peek() === name) policyError.value = messageOf(thrown);
  }
}

/** Reads the policy of the tenant again, as after it was published. */
export function readPolicyAgain(): void {
  policyError.value = undefined;
  if (chosenTenant.peek() !== '') void readPolicyOf(chosenTenant.peek());
}

effect(() => {
  void chosenTenant.value;
  policy.value = undefined;
  firstPath.value = undefined;
  readPolicyAgain();
});
