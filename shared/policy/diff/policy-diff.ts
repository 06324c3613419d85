import * as v from 'valibot';
import { canonicalRecipe, formatIn } from '../../recipe/canonical.ts';
import { readPreset } from '../compiled.ts';
import type { Keys } from '../policy.ts';
import { policyOperations, policySchema, type ValidPolicy } from '../schema.ts';
import type { Rule } from '../value-set.ts';
import { type PolicyChange, printRules, rulesDiff } from './rule-diff.ts';

export type { PolicyChange } from './rule-diff.ts';

type Kind = PolicyChange['kind'];
type Fields = Readonly<Record<string, unknown>>;

/** Whether a higher number, another entry or `true` allows more, less or neither. */
export const effects: Readonly<Record<string, 'more' | 'less' | 'neither'>> = {
  require: 'less',
  presetsOnly: 'less',
  snap: 'more',
  blocked: 'less',
  mode: 'more',
  'auto.format': 'more',
  'source.from': 'neither',
  'source.prefix': 'neither',
  'source.types': 'more',
  'source.maxBytes': 'more',
  'source.maxPixels': 'more',
  'source.maxFrames': 'more',
  'urls.maxLifetime': 'more',
  'urls.grants': 'more',
  'urls.origins': 'more',
  'cache.maxAge': 'neither',
  'cache.sharedMaxAge': 'neither',
  'budget.rendersPerDay': 'neither',
  fallback: 'neither',
  reportUntil: 'neither',
};

/** Words, from the one that allows least to the one that allows most. */
const ranks: readonly unknown[] = ['enforce', 'report'];

/** Fields in seconds. A lifetime of null is the longest. */
const seconds: ReadonlySet<string> = new Set([
  'urls.maxLifetime',
  'cache.maxAge',
  'cache.sharedMaxAge',
]);

/** The verbs for an added and a removed entry of a list, if the field has its own. */
const listWords: Readonly<Record<string, readonly [comes: string, goes: string]>> = {
  require: ['requires', 'no longer requires'],
  blocked: ['blocks', 'no longer blocks'],
};

const ownField = <T>(fields: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(fields, name) ? fields[name] : undefined;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function kindOf(path: string, more: boolean): Kind {
  const effect = ownField(effects, path);
  if (effect === undefined || effect === 'neither') return 'changes';
  return more === (effect === 'more') ? 'widens' : 'narrows';
}

function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return Number(value);
  if (value === null) return Number.POSITIVE_INFINITY;
  return ranks.includes(value) ? ranks.indexOf(value) : undefined;
}

function printValue(value: unknown): string {
  if (value === undefined) return 'left out';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const units = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

function printDuration(value: unknown): string {
  if (typeof value !== 'number') return 'no limit';
  const [size, unit] = units.find(([one]) => value > 0 && value % one === 0) ?? [1, 's'];
  return `${value / size} ${unit}`;
}

function scalarDiff(path: string, before: unknown, after: unknown): PolicyChange {
  const [old, now] = [sizeOf(before), sizeOf(after)];
  const sized = old !== undefined && now !== undefined;
  const kind = sized ? kindOf(path, now > old) : 'changes';
  if (path === 'presetsOnly')
    return { path, kind, text: `${after === true ? 'serves' : 'no longer serves'} presets only` };
  if (sized && seconds.has(path)) {
    const verb = now > old ? 'raises' : 'lowers';
    const text = `${verb} ${path} from ${printDuration(before)} to ${printDuration(after)}`;
    return { path, kind, text };
  }
  return { path, kind, text: `${path}: ${printValue(before)} → ${printValue(after)}` };
}

function entryChange(path: string, entry: unknown, comes: boolean): PolicyChange {
  const words = ownField(listWords, path)?.[comes ? 0 : 1];
  const generic = comes ? `adds ${printValue(entry)} to` : `removes ${printValue(entry)} from`;
  const text = words === undefined ? `${generic} ${path}` : `${words} ${printValue(entry)}`;
  return { path, kind: kindOf(path, comes), text };
}

const printList = (list: readonly unknown[]): string =>
  list.length === 0 ? 'none' : list.map(printValue).join(', ');

function listDiff(
  path: string,
  before: readonly unknown[],
  after: readonly unknown[],
): readonly PolicyChange[] {
  const [old, now] = [before.map(printValue), after.map(printValue)];
  const added = after.filter((_one, at) => !old.includes(now[at] ?? ''));
  const removed = before.filter((_one, at) => !now.includes(old[at] ?? ''));
  const stayed = [
    before.filter((one) => !removed.includes(one)),
    after.filter((one) => !added.includes(one)),
  ];
  const [then = '', still = ''] = stayed.map(printList);
  const text = `${path}: ${printList(before)} becomes ${printList(after)}`;
  return [
    ...added.map((entry) => entryChange(path, entry, true)),
    ...removed.map((entry) => entryChange(path, entry, false)),
    ...(then === still ? [] : [{ path, kind: 'changes', text } as const]),
  ];
}

/** Finds the changes in a field that has no function of its own. */
function fieldDiff(path: string, before: unknown, after: unknown): readonly PolicyChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return listDiff(path, before, after);
  // A group that is left out equals an empty group.
  const [old, now] = [before === undefined ? {} : before, after === undefined ? {} : after];
  if (!isObject(old) || !isObject(now)) return [scalarDiff(path, before, after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names.flatMap((name) =>
    fieldDiff(`${path}.${name}`, ownField(old, name), ownField(now, name)),
  );
}

type Rules = Readonly<Record<string, readonly Rule[]>>;

function operationsDiff(before: Rules = {}, after: Rules = {}): readonly PolicyChange[] {
  return policyOperations.flatMap((name): readonly PolicyChange[] => {
    const [old, now] = [ownField(before, name), ownField(after, name)];
    const path = `operations.${name}`;
    if (old !== undefined && now !== undefined) return rulesDiff(name, old, now);
    if (now !== undefined)
      return [{ path, kind: 'widens', text: `allows operation ${name}: ${printRules(name, now)}` }];
    if (old === undefined) return [];
    return [{ path, kind: 'narrows', text: `no longer allows operation ${name}` }];
  });
}

type Presets = Readonly<Record<string, string>>;

/** Equal presets have equal texts. The format `src` ignores no operation. */
function canonicalPreset(preset: string): string {
  const steps = readPreset(preset);
  return `${canonicalRecipe(steps, 'src').text} in ${formatIn(steps)}`;
}

function presetsDiff(before: Presets, after: Presets): readonly PolicyChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name): readonly PolicyChange[] => {
    const [old, now] = [ownField(before, name), ownField(after, name)];
    const path = `presets.${name}`;
    if (old === undefined) return [{ path, kind: 'widens', text: `adds preset ${name} = ${now}` }];
    if (now === undefined) return [{ path, kind: 'narrows', text: `removes preset ${name}` }];
    if (canonicalPreset(old) === canonicalPreset(now)) return [];
    return [{ path, kind: 'changes', text: `changes preset ${name} from ${old} to ${now}` }];
  });
}

/** A policy without keys keeps the published ones, so it changes nothing. */
function keysDiff(before: Keys | undefined, after: Keys | undefined): readonly PolicyChange[] {
  if (after === undefined) return [];
  const [old, now] = [before?.accept ?? [], after.accept];
  const path = 'keys.accept';
  const came = now.filter((kid) => !old.includes(kid));
  const gone = old.filter((kid) => !now.includes(kid));
  const signs: PolicyChange = {
    path: 'keys.active',
    kind: 'changes',
    text: `keys: signs with ${after.active}${before === undefined ? '' : ` instead of ${before.active}`}`,
  };
  return [
    ...came.map((kid): PolicyChange => ({ path, kind: 'widens', text: `keys: accepts ${kid}` })),
    ...gone.map((kid): PolicyChange => {
      const text = `keys: stops accepting ${kid} (URLs signed with it are refused)`;
      return { path, kind: 'narrows', text };
    }),
    ...(before?.active === after.active ? [] : [signs]),
  ];
}

/** The defaults of every field, for a policy that allows nothing. */
const defaults = v.parse(policySchema, { tenant: 'a', operations: {} });

/** A policy without rules, for comparison with the first policy of a tenant. */
const emptyPolicy = (tenant: string): ValidPolicy => ({ ...defaults, tenant });

/**
 * Describes the differences between two valid policies, in the order of the fields. The list is empty
 * if they decide alike. Without `before`, the policy is compared with one that allows nothing.
 */
export function policyDiff(
  before: ValidPolicy | undefined,
  after: ValidPolicy,
): readonly PolicyChange[] {
  const old = before ?? emptyPolicy(after.tenant);
  const named: Readonly<Record<string, () => readonly PolicyChange[]>> = {
    keys: () => keysDiff(old.keys, after.keys),
    operations: () => operationsDiff(old.operations, after.operations),
    presets: () => presetsDiff(old.presets, after.presets),
  };
  const fields = Object.keys(policySchema.entries);
  return fields.flatMap(
    (name) =>
      ownField(named, name)?.() ??
      fieldDiff(name, ownField<unknown>(old, name), ownField<unknown>(after, name)),
  );
}
