import type { Parameters, ValuesOf } from '../operations/operation.ts';
import type { Value } from '../operations/parameter.ts';
import { type OperationName, rowOf } from '../operations/table.ts';
import type { PolicyIssue } from './issues.ts';
import { policyOperations, type ValidPolicy } from './schema.ts';
import { isRange, type Rule, type ValueSet } from './value-set.ts';

type Choice = Value | undefined;

/** A value that none of so many combinations can hold is called dead; the rest is not tried. */
const maxCombinations = 20_000;

/** Every value of a list, and the ends of a range. */
function choices(allowed: ValueSet): readonly Choice[] {
  if (!isRange(allowed)) return allowed.map((value) => value ?? undefined);
  return [...new Set([allowed.min, allowed.max])];
}

/**
 * Of many numbers the ends and one that is none stand for all when it is another parameter that is
 * looked at: the ends of a focal point alone are corners, which are written otherwise.
 */
function samples(allowed: ValueSet): readonly Choice[] {
  if (isRange(allowed)) {
    const { min, max, step } = allowed;
    return [...new Set([min, Math.min(max, min + step), max])];
  }
  const all = choices(allowed);
  const numbers = all.filter((value) => typeof value === 'number');
  const others = all.filter((value) => typeof value !== 'number');
  return [...new Set([...others, ...numbers.slice(0, 2), ...numbers.slice(-1)])];
}

type Alternatives = ReadonlyMap<string, readonly Choice[]>;

/** What each parameter of an operation may be under a rule. */
function alternatives(name: OperationName, rule: Rule): Alternatives {
  return new Map(
    Object.entries(rowOf(name).parameters).map(([own, { fallback }]) => {
      const allowed = rule[own];
      return [own, allowed === undefined ? [fallback] : samples(allowed)];
    }),
  );
}

/** All ways to choose, one at a time: the first that works ends the search. */
function* combinations(
  of: readonly (readonly [string, readonly Choice[]])[],
): Generator<ValuesOf<Parameters>> {
  const [first, ...rest] = of;
  if (first === undefined) {
    yield {};
    return;
  }
  const [name, own] = first;
  for (const others of combinations(rest))
    for (const choice of own) yield { [name]: choice, ...others };
}

/** Why a combination is never what a canonical recipe has, or nothing. */
function fault(name: OperationName, values: ValuesOf<Parameters>): string | undefined {
  const { check, normalise } = rowOf(name);
  const wrong = check?.(values);
  if (wrong !== undefined) return `${name} ${wrong}`;
  const canonical = normalise?.(values) ?? values;
  const changed = Object.keys(values).find((own) => canonical[own] !== values[own]);
  if (changed === undefined) return undefined;
  const instead = canonical[changed];
  return `the canonical recipe ${instead === undefined ? `leaves out ${changed}` : `has ${changed} ${instead}`}`;
}

/** Why no combination with this choice can be asked for; nothing as soon as one can. */
function whyDead(name: OperationName, others: Alternatives, own: string, choice: Choice) {
  let first: string | undefined;
  let tried = 0;
  for (const values of combinations([...new Map(others).set(own, [choice])])) {
    const found = fault(name, values);
    tried += 1;
    if (found === undefined || tried > maxCombinations) return undefined;
    first ??= found;
  }
  return first;
}

/** Values of a rule that no request can ever have, because the image they draw has another name. */
function deadValues(name: OperationName, rule: Rule, at: string): readonly PolicyIssue[] {
  const others = alternatives(name, rule);
  return Object.entries(rule).flatMap(([own, allowed]) =>
    (allowed === undefined ? [] : choices(allowed)).flatMap((choice) => {
      const why = whyDead(name, others, own, choice);
      if (why === undefined) return [];
      const message = `allows ${choice ?? 'null'}, but no request can use it: ${why}`;
      return [{ path: `${at}.${own}`, message }];
    }),
  );
}

function cacheWarnings({ cache }: ValidPolicy): readonly PolicyIssue[] {
  if (cache.sharedMaxAge * 2 <= cache.maxAge) return [];
  const message =
    'is more than half of cache.maxAge: CloudFront sends Age, and browsers subtract it';
  return [{ path: 'cache.sharedMaxAge', message }];
}

/** Presets need not have what is required; where nothing else can have it, they alone are served. */
function requireWarnings({ require, operations = {} }: ValidPolicy): readonly PolicyIssue[] {
  const unmet = require.filter((name) => (operations[name] ?? []).length === 0);
  return unmet.map((name) => ({
    path: 'require',
    message: `names ${name}, which no rule allows, so only presets are served`,
  }));
}

function modeWarnings({ mode, reportUntil = '' }: ValidPolicy, now: number) {
  if (mode !== 'report' || Date.parse(reportUntil) > now) return [];
  return [{ path: 'reportUntil', message: 'has passed, so the policy is enforced' }];
}

/** What is allowed in a policy and probably not meant, at a time in Unix milliseconds. */
export function policyWarnings(document: ValidPolicy, now: number): readonly PolicyIssue[] {
  const operations = document.operations ?? {};
  const dead = policyOperations.flatMap((name) =>
    (operations[name] ?? []).flatMap((rule, index) =>
      deadValues(name, rule, `operations.${name}.${index}`),
    ),
  );
  return [
    ...dead,
    ...requireWarnings(document),
    ...cacheWarnings(document),
    ...modeWarnings(document, now),
  ];
}
