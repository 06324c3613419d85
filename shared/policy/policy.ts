import * as v from 'valibot';
import type { Negotiable } from '../operations/accept.ts';
import type { SourceType } from '../operations/image-type.ts';
import { type OperationName, rowOf } from '../operations/table.ts';
import { type Recipe, withoutFree } from '../recipe/canonical.ts';
import { checkAlone, isAnswer, type RecipeStep, type WrittenRecipe } from '../recipe/recipe.ts';
import { Refusal, reasonOf } from '../refusal.ts';
import { compileScopes, findCovering, type ScopeList } from '../url/scope.ts';
import { compilePresets, compileRule, lazily, readPreset } from './compiled.ts';
import { policySchema, type ValidPolicy } from './schema.ts';
import { compileSnapLengths, type SnapLengths } from './snap-lengths.ts';
import type { ChosenSource } from './source-place.ts';
import { passesTest, type Rule, type RuleTest } from './value-set.ts';

/** The kid that signs new URLs, and the kids whose signatures are accepted. */
export type Keys = { readonly active: string; readonly accept: readonly string[] };

/** A valid policy, compiled for fast decisions. */
export type Policy = {
  readonly tenant: string;
  readonly keys: Keys;
  /** As written in the document. */
  readonly rules: ReadonlyMap<OperationName, readonly Rule[]>;
  /** The rules of an operation, compiled; undefined if the policy does not allow it. */
  readonly testsOf: (name: OperationName) => readonly RuleTest[] | undefined;
  readonly require: readonly OperationName[];
  /** As written, because an operation that its own format ignores counts in another one that a URL names. */
  readonly presets: ReadonlyMap<string, readonly RecipeStep[]>;
  /** The canonical texts of each preset, in each format that it can end in. */
  readonly presetTexts: ReadonlyMap<string, ReadonlySet<string>>;
  /** The texts of all presets together. */
  readonly presetRecipes: ReadonlySet<string>;
  readonly presetsOnly: boolean;
  readonly autoFormats: readonly Negotiable[];
  readonly source: ChosenSource & {
    readonly types: readonly SourceType[];
    readonly maxBytes: number;
    readonly maxPixels: number;
    readonly maxFrames: number;
  };
  /** In seconds; null if URLs may never expire. */
  readonly maxLifetime: number | null;
  /** Whether a grant may replace the signature of a URL. */
  readonly grants: boolean;
  /** The pages that may use a grant in a cookie, if the deployment lets pages use credentials. */
  readonly origins: readonly string[];
  readonly cache: { readonly maxAge: number; readonly sharedMaxAge: number };
  readonly snap: boolean;
  /** Also of a policy that does not snap, because a client can snap for it. */
  readonly snapLengths: SnapLengths;
  readonly blocked: readonly string[];
  /** The same scopes, compiled. */
  readonly blockedScopes: ScopeList;
  /** The path of the source that replaces a missing or damaged one. */
  readonly fallback: string | null;
  /** When report mode ends, in milliseconds since 1970; 0 if rules are enforced. */
  readonly reportUntil: number;
};

/** The keys of a new tenant, until its policy names others. */
const firstKeys: Keys = { active: 'r1.1', accept: ['r1.1'] };

/** Compiles the rules of each operation when a request first uses it. */
function compileRules(
  rules: Policy['rules'],
  autoFormats: readonly Negotiable[],
): Policy['testsOf'] {
  const compiled = new Map<OperationName, readonly RuleTest[]>();
  return (name) => {
    const known = compiled.get(name);
    const list = known === undefined ? rules.get(name) : undefined;
    if (list === undefined) return known;
    const tests = list.map((rule) => compileRule(name, rule, autoFormats));
    compiled.set(name, tests);
    return tests;
  };
}

/**
 * Compiles a document that the schema has accepted. What most requests do not need is made when one needs
 * it: a container that serves many tenants compiles a policy for nearly every view.
 */
export function compilePolicy(document: ValidPolicy): Policy {
  const autoFormats = document.auto.format;
  const rules = new Map(Object.entries(document.operations ?? {})) as Policy['rules'];
  const testsOf = compileRules(rules, autoFormats);
  const presets = compilePresets(document.presets, autoFormats);
  const snapLengths = lazily(() => compileSnapLengths(testsOf('resize') ?? [], presets.all()));
  return {
    tenant: document.tenant,
    keys: document.keys ?? firstKeys,
    rules,
    testsOf,
    require: document.require,
    get presets() {
      return presets.steps();
    },
    get presetTexts() {
      return presets.texts();
    },
    get presetRecipes() {
      return presets.allTexts();
    },
    presetsOnly: document.presetsOnly,
    autoFormats,
    source: document.source,
    maxLifetime: document.urls.maxLifetime,
    grants: document.urls.grants,
    origins: document.urls.origins,
    cache: document.cache,
    snap: document.snap,
    get snapLengths() {
      return snapLengths();
    },
    blocked: document.blocked,
    blockedScopes: compileScopes(document.blocked),
    fallback: document.fallback,
    reportUntil: document.mode === 'report' ? Date.parse(document.reportUntil ?? '') : 0,
  };
}

function parseStored(tenant: string, text: string): ValidPolicy {
  const parsed = v.safeParse(policySchema, JSON.parse(text));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new Error(`${v.getDotPath(issue) ?? 'document'}: ${issue.message}`);
  }
  for (const text of Object.values(parsed.output.presets)) readPreset(text);
  if (parsed.output.tenant !== tenant) throw new Error(`its tenant is ${parsed.output.tenant}`);
  return parsed.output;
}

/** A stored policy, validated and compiled. */
export type OpenedPolicy = { readonly document: ValidPolicy; readonly policy: Policy };

/** Opens a stored policy. Throws an error that names the tenant and the first problem. */
export function openPolicy(tenant: string, text: string): OpenedPolicy {
  try {
    const document = parseStored(tenant, text);
    return { document, policy: compilePolicy(document) };
  } catch (thrown) {
    const why = reasonOf(thrown);
    throw new Error(`policy ${tenant} is unusable: ${why}`, { cause: thrown });
  }
}

/** Reads a stored policy. Throws as `openPolicy` does. */
export const readPolicy = (tenant: string, text: string): Policy => openPolicy(tenant, text).policy;

/**
 * Replaces a preset by its operations. Operations that the URL writes next to it win.
 * Throws `denied_preset` if the policy has no such preset, and `malformed` for a download of a preset
 * that answers with JSON.
 */
export function expandPreset(
  policy: Policy,
  { steps, preset }: WrittenRecipe,
): readonly RecipeStep[] {
  if (preset === undefined) return steps;
  const own = policy.presets.get(preset);
  if (own === undefined)
    throw new Refusal('denied_preset', {
      reason: `the policy has no preset "${preset}"`,
      rule: 'presets',
      allowed: [...policy.presets.keys()],
    });
  if (steps.length === 0) return own;
  const others = own.filter(({ name }) => !steps.some((step) => step.name === name));
  const answer = others.find(isAnswer);
  // A JSON answer has no format, so one that the URL names has no effect.
  if (answer !== undefined)
    checkAlone(
      answer,
      steps.filter(({ name }) => name !== 'format'),
    );
  return [...steps, ...others];
}

function deny(
  code: 'denied_operation' | 'denied_preset' | 'denied_required',
  reason: string,
  rule: string,
  allowed: unknown,
): Refusal {
  return new Refusal(code, { reason, rule, allowed });
}

const passesRule = (policy: Policy, { name, values }: RecipeStep): boolean =>
  policy.testsOf(name)?.some((test) => passesTest(test, values)) === true;

function denyStep(policy: Policy, asked: RecipeStep): Refusal {
  const { name } = asked;
  if (!policy.rules.has(name))
    return deny('denied_operation', `the policy does not allow ${name}`, 'operations', [
      ...policy.rules.keys(),
    ]);
  return new Refusal('denied_value', {
    reason: `no rule of ${name} allows these values`,
    rule: `operations.${name}`,
    allowed: policy.rules.get(name),
    asked,
  });
}

/**
 * Finds an operation that the policy requires and the recipe lacks. One that has no effect in the format of the
 * recipe is never in it, and is not required there.
 */
const findMissing = ({ require }: Policy, { steps, format }: Recipe): OperationName | undefined =>
  require.find(
    (name) => rowOf(name).matters?.(format) !== false && !steps.some((step) => step.name === name),
  );

/**
 * Finds why the policy denies a recipe; undefined if it allows it. Both edge functions use this
 * function. The result never depends on the spelling of the recipe.
 */
export function findDenial(policy: Policy, asked: Recipe): Refusal | undefined {
  const recipe = withoutFree(asked);
  const missing = findMissing(policy, recipe);
  const denied = recipe.steps.find((step) => !passesRule(policy, step));
  const isByRule = !policy.presetsOnly && missing === undefined && denied === undefined;
  // Presets come last, because most requests pass a rule, and then no preset need be compiled.
  if (isByRule || policy.presetRecipes.has(recipe.text)) return undefined;
  if (policy.presetsOnly)
    return deny('denied_preset', 'the policy allows presets only', 'presetsOnly', [
      ...policy.presets.keys(),
    ]);
  if (missing !== undefined)
    return deny('denied_required', `the policy requires ${missing}`, 'require', policy.require);
  return denied === undefined ? undefined : denyStep(policy, denied);
}

/** Whether the policy allows a recipe. */
export function isAllowed(policy: Policy, recipe: Recipe): boolean {
  return findDenial(policy, recipe) === undefined;
}

/** The refusals that report mode relaxes: rules and presets, never signatures or lifetimes. */
const reportable: ReadonlySet<string> = new Set([
  'denied_operation',
  'denied_value',
  'denied_preset',
  'denied_required',
]);

/** Whether the policy only reports this refusal. `now` in seconds. */
export function isReported(policy: Policy, { code }: Refusal, now: number): boolean {
  return reportable.has(code) && now * 1_000 < policy.reportUntil;
}

/** Whether the policy blocks a source or a watermark. */
export const isBlocked = ({ blockedScopes }: Policy, path: string): boolean =>
  findCovering(blockedScopes, path) !== undefined;

/** Throws `denied_blocked` if the policy blocks the source or the watermark. */
export function checkBlocked({ blocked, blockedScopes }: Policy, path: string): void {
  // Most policies block nothing.
  const scope = blocked.length === 0 ? undefined : findCovering(blockedScopes, path);
  if (scope !== undefined)
    throw new Refusal('denied_blocked', { reason: `${scope} is blocked`, rule: 'blocked' });
}
