import * as v from 'valibot';
import type { Negotiable } from '../operations/accept.ts';
import type { SourceType } from '../operations/image-type.ts';
import type { Format } from '../operations/operation.ts';
import type { Value } from '../operations/parameter.ts';
import { type OperationName, rowOf } from '../operations/table.ts';
import {
  canonicalRecipe,
  formatOf,
  parseOperations,
  printRecipe,
  type Recipe,
  type RecipeStep,
  type WrittenRecipe,
  withFormat,
  withoutFree,
} from '../recipe/recipe.ts';
import { malformed, Refusal } from '../refusal.ts';
import { type AllowedValues, policySchema, type Rule, type ValidPolicy } from './schema.ts';

export type Keys = { readonly active: string; readonly accept: readonly string[] };

/** A policy that has been validated, with its presets read. */
export type Policy = {
  readonly tenant: string;
  readonly keys: Keys;
  readonly rules: ReadonlyMap<OperationName, readonly Rule[]>;
  readonly require: readonly OperationName[];
  readonly presets: ReadonlyMap<string, Recipe>;
  /** Every recipe that some preset stands for, in each format it can end in, as printed. */
  readonly presetRecipes: ReadonlySet<string>;
  readonly presetsOnly: boolean;
  readonly autoFormats: readonly Negotiable[];
  readonly source: {
    readonly types: readonly SourceType[];
    readonly maxBytes: number;
    readonly maxPixels: number;
    readonly maxFrames: number;
  };
  /** Seconds; null where URLs may live for ever. */
  readonly maxLifetime: number | null;
  /** Whether a grant may stand in the place of a URL's own signature. */
  readonly grants: boolean;
  readonly cache: { readonly maxAge: number; readonly sharedMaxAge: number };
  readonly snap: boolean;
  readonly blocked: readonly string[];
  /** The path of a source that stands in for what is missing or bad. */
  readonly fallback: string | null;
  /** Until when rules are reported instead of enforced, in milliseconds since 1970; 0 where they hold. */
  readonly reportUntil: number;
};

/** What a new tenant verifies with until its policy says otherwise. */
const firstKeys: Keys = { active: 'r1.1', accept: ['r1.1'] };

/** A preset's text as a recipe. Throws `malformed`; a preset cannot name another one. */
export function readPreset(text: string): Recipe {
  const { steps, preset } = parseOperations(text);
  if (preset !== undefined) throw malformed('a preset cannot name a preset');
  return canonicalRecipe(steps);
}

/** The formats that a recipe can end in without the caller naming one. */
function formatsOf(recipe: Recipe, autoFormats: readonly Negotiable[]): readonly Format[] {
  const own = formatOf(recipe);
  return [...(own === 'auto' ? [] : [own]), ...autoFormats, 'src'];
}

/** What a preset stands for, in each format it can end in, as printed. */
export function printPreset(recipe: Recipe, autoFormats: readonly Negotiable[]): readonly string[] {
  return formatsOf(recipe, autoFormats).map((format) =>
    printRecipe(withoutFree(withFormat(recipe, format))),
  );
}

/** Builds the policy that the edge asks from a document that the schema has accepted. */
export function compilePolicy(document: ValidPolicy): Policy {
  const presets = new Map(
    Object.entries(document.presets).map(([name, text]) => [name, readPreset(text)]),
  );
  const autoFormats = document.auto.format;
  const printed = [...presets.values()].flatMap((recipe) => printPreset(recipe, autoFormats));
  return {
    tenant: document.tenant,
    keys: document.keys ?? firstKeys,
    rules: new Map(Object.entries(document.operations ?? {})) as Policy['rules'],
    require: document.require,
    presets,
    presetRecipes: new Set(printed),
    presetsOnly: document.presetsOnly,
    autoFormats,
    source: document.source,
    maxLifetime: document.urls.maxLifetime,
    grants: document.urls.grants,
    cache: document.cache,
    snap: document.snap,
    blocked: document.blocked,
    fallback: document.fallback,
    reportUntil: document.mode === 'report' ? Date.parse(document.reportUntil ?? '') : 0,
  };
}

function parseStored(tenant: string, text: string): Policy {
  const parsed = v.safeParse(policySchema, JSON.parse(text));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new Error(`${v.getDotPath(issue) ?? 'document'}: ${issue.message}`);
  }
  if (parsed.output.tenant !== tenant)
    throw new Error(`it says that it is of tenant ${parsed.output.tenant}`);
  return compilePolicy(parsed.output);
}

/** Reads a stored policy. Throws a sentence that names the tenant and the first thing wrong. */
export function readPolicy(tenant: string, text: string): Policy {
  try {
    return parseStored(tenant, text);
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`policy ${tenant} is unusable: ${why}`, { cause: thrown });
  }
}

/**
 * What was written as a recipe: a preset becomes what the policy says it stands for, alone or
 * with another format. Throws `denied_preset` for one that the policy does not have.
 */
export function expandPreset(policy: Policy, written: WrittenRecipe): Recipe {
  if (written.preset === undefined) return canonicalRecipe(written.steps);
  const recipe = policy.presets.get(written.preset);
  if (recipe === undefined)
    throw new Refusal('denied_preset', {
      reason: `the policy has no preset "${written.preset}"`,
      rule: 'presets',
      allowed: [...policy.presets.keys()],
    });
  const asked = canonicalRecipe(written.steps);
  const named = written.steps.some(({ name }) => name === 'format');
  const free = asked.steps.filter(({ name }) => rowOf(name).free === true);
  const own = recipe.steps.filter(({ name }) => !free.some((step) => step.name === name));
  const whole = canonicalRecipe([...free, ...own]);
  return named ? withFormat(whole, formatOf(asked)) : whole;
}

/** A parameter at its default may as well have been left out, so null allows that too. */
function includes(
  allowed: AllowedValues,
  value: Value | undefined,
  fallback: Value | undefined,
): boolean {
  if (Array.isArray(allowed))
    return allowed.includes(value ?? null) || (value === fallback && allowed.includes(null));
  const range = allowed as Exclude<AllowedValues, readonly unknown[]>;
  if (typeof value !== 'number') return false;
  return value >= range.min && value <= range.max && (value - range.min) % range.step === 0;
}

/** A named parameter must have an allowed value, any other must be at its default. */
function meets(rule: Rule, { name, values }: RecipeStep): boolean {
  return Object.entries(rowOf(name).parameters).every(([own, { fallback }]) => {
    const allowed = Object.hasOwn(rule, own) ? rule[own] : undefined;
    return allowed === undefined
      ? values[own] === fallback
      : includes(allowed, values[own], fallback);
  });
}

/** Allowing `auto` allows whatever it can settle on. */
function withAuto(rule: Rule, autoFormats: readonly Negotiable[]): Rule {
  const { f } = rule;
  if (!Array.isArray(f) || !f.includes('auto')) return rule;
  return { ...rule, f: [...f, ...autoFormats, 'src'] };
}

function rulesFor(policy: Policy, name: OperationName): readonly Rule[] | undefined {
  const rules = policy.rules.get(name);
  return name === 'format' ? rules?.map((rule) => withAuto(rule, policy.autoFormats)) : rules;
}

function deny(
  code: 'denied_operation' | 'denied_value' | 'denied_preset' | 'denied_required',
  reason: string,
  rule: string,
  allowed: unknown,
): Refusal {
  return new Refusal(code, { reason, rule, allowed });
}

function findStepDenial(policy: Policy, step: RecipeStep): Refusal | undefined {
  const { name } = step;
  const rules = rulesFor(policy, name);
  if (rules === undefined)
    return deny('denied_operation', `the policy does not name ${name}`, 'operations', [
      ...policy.rules.keys(),
    ]);
  if (rules.some((rule) => meets(rule, step))) return undefined;
  return deny(
    'denied_value',
    `no rule of ${name} allows these values`,
    `operations.${name}`,
    policy.rules.get(name),
  );
}

/**
 * The one question that both functions ask: why the policy denies this canonical recipe, or
 * nothing when it allows it. The answer never depends on how the recipe was spelled.
 */
export function findDenial(policy: Policy, asked: Recipe): Refusal | undefined {
  const recipe = withoutFree(asked);
  if (policy.presetRecipes.has(printRecipe(recipe))) return undefined;
  if (policy.presetsOnly)
    return deny('denied_preset', 'the policy allows presets only', 'presetsOnly', [
      ...policy.presets.keys(),
    ]);
  const missing = policy.require.find((name) => !recipe.steps.some((step) => step.name === name));
  if (missing !== undefined)
    return deny('denied_required', `the policy requires ${missing}`, 'require', policy.require);
  return recipe.steps.map((step) => findStepDenial(policy, step)).find((one) => one !== undefined);
}

export function isAllowed(policy: Policy, recipe: Recipe): boolean {
  return findDenial(policy, recipe) === undefined;
}

/** What `mode: "report"` may relax: rules and presets, never who may ask or for how long. */
const reportable: ReadonlySet<string> = new Set([
  'denied_operation',
  'denied_value',
  'denied_preset',
  'denied_required',
]);

/** Whether the policy only reports this denial, now. `now` in seconds. */
export function isReported(policy: Policy, { code }: Refusal, now: number): boolean {
  return reportable.has(code) && now * 1_000 < policy.reportUntil;
}
