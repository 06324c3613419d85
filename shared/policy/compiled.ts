import type { Negotiable } from '../operations/accept.ts';
import type { Format } from '../operations/operation.ts';
import { type OperationName, rowOf } from '../operations/table.ts';
import { canonicalRecipe, formatIn, type Recipe, withoutFree } from '../recipe/canonical.ts';
import { parseOperations, type RecipeStep } from '../recipe/recipe.ts';
import { malformed } from '../refusal.ts';
import { isRange, type Rule, type RuleTest, type ValueSet, valueSetIn } from './value-set.ts';

/* The rules and presets of a policy in the forms that decisions need, each made when one needs it. */

/** A rule that allows `auto` also allows every format that `auto` can pick. */
function withAutoFormats(formats: ValueSet, autoFormats: readonly Negotiable[]): ValueSet {
  if (isRange(formats) || !formats.includes('auto')) return formats;
  return [...formats, ...autoFormats, 'src'];
}

/** Compiles a rule of an operation. */
export function compileRule(
  name: OperationName,
  rule: Rule,
  autoFormats: readonly Negotiable[],
): RuleTest {
  return Object.entries(rowOf(name).parameters).map(([own, parameter]) => {
    const allowed = valueSetIn(rule, own, parameter);
    return [own, name === 'format' ? withAutoFormats(allowed, autoFormats) : allowed];
  });
}

/** Makes a value when it is first used. */
export function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Reads the operations of a preset. Throws `malformed`, also if it names another preset. */
export function readPreset(text: string): readonly RecipeStep[] {
  const { steps, preset } = parseOperations(text);
  if (preset !== undefined) throw malformed('a preset cannot name another preset');
  return steps;
}

/** The formats that a recipe can end in if the URL names none. */
function formatsOf(
  steps: readonly RecipeStep[],
  autoFormats: readonly Negotiable[],
): readonly Format[] {
  const own = formatIn(steps);
  return [...(own === 'auto' ? [] : [own]), ...autoFormats, 'src'];
}

/** A preset, in each format that it can end in. */
const presetInFormats = (
  steps: readonly RecipeStep[],
  autoFormats: readonly Negotiable[],
): readonly Recipe[] =>
  formatsOf(steps, autoFormats).map((format) => withoutFree(canonicalRecipe(steps, format)));

const textsOf = (recipes: readonly Recipe[]): ReadonlySet<string> =>
  new Set(recipes.map(({ text }) => text));

/** The presets of a policy in each form that a decision needs. */
export function compilePresets(
  written: Readonly<Record<string, string>>,
  autoFormats: readonly Negotiable[],
) {
  const steps = lazily(
    () => new Map(Object.entries(written).map(([name, text]) => [name, readPreset(text)])),
  );
  const inFormats = lazily(
    () => new Map([...steps()].map(([name, own]) => [name, presetInFormats(own, autoFormats)])),
  );
  const all = lazily(() => [...inFormats().values()].flat());
  const texts = lazily(
    () => new Map([...inFormats()].map(([name, recipes]) => [name, textsOf(recipes)])),
  );
  return { steps, texts, all, allTexts: lazily(() => textsOf(all())) };
}
