import type { Parameters, ValuesOf } from '../operations/operation.ts';
import type { Value } from '../operations/parameter.ts';
import { type OperationName, rowOf } from '../operations/table.ts';
import type { PolicyIssue } from './issues.ts';
import { policyOperations, type ValidPolicy } from './schema.ts';
import { isRange, type Rule, type ValueSet } from './value-set.ts';

type Choice = Value | undefined;

/**
 * The most combinations to try for one value. If none of them is usable, there may still be others,
 * so no warning is given.
 */
const maxCombinations = 20_000;

/** Every value of a list, and the ends of a range. */
function choices(allowed: ValueSet): readonly Choice[] {
  if (!isRange(allowed)) return allowed.map((value) => value ?? undefined);
  return [...new Set([allowed.min, allowed.max])];
}

/**
 * Samples of the values of a parameter, used while another parameter is checked: the smallest, the
 * second and the largest number. The ends alone are not enough, because a focal point at both ends is
 * a corner, which has another canonical form.
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

/** The values to try for each parameter of an operation under a rule. */
function alternatives(name: OperationName, rule: Rule): Alternatives {
  return new Map(
    Object.entries(rowOf(name).parameters).map(([own, { fallback }]) => {
      const allowed = rule[own];
      return [own, allowed === undefined ? [fallback] : samples(allowed)];
    }),
  );
}

/** Yields every combination of values. A generator, because the search usually ends early. */
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

/** Finds why a combination cannot be in a canonical recipe. */
function findFault(name: OperationName, values: ValuesOf<Parameters>): string | undefined {
  const { check, normalise } = rowOf(name);
  const wrong = check?.(values);
  if (wrong !== undefined) return `${name} ${wrong}`;
  const canonical = normalise?.(values) ?? values;
  const changed = Object.keys(values).find((own) => canonical[own] !== values[own]);
  if (changed === undefined) return undefined;
  const instead = canonical[changed];
  return `the canonical recipe ${instead === undefined ? `leaves out ${changed}` : `has ${changed} ${instead}`}`;
}

/** Finds why no combination with this value is possible; undefined as soon as one is. */
function findDeadReason(name: OperationName, others: Alternatives, own: string, choice: Choice) {
  let first: string | undefined;
  let tried = 0;
  for (const values of combinations([...new Map(others).set(own, [choice])])) {
    const found = findFault(name, values);
    tried += 1;
    if (found === undefined || tried > maxCombinations) return undefined;
    first ??= found;
  }
  return first;
}

/** Finds values in a rule that no canonical recipe can have, so that they have no effect. */
function findDeadValues(name: OperationName, rule: Rule, at: string): readonly PolicyIssue[] {
  const others = alternatives(name, rule);
  return Object.entries(rule).flatMap(([own, allowed]) =>
    (allowed === undefined ? [] : choices(allowed)).flatMap((choice) => {
      const why = findDeadReason(name, others, own, choice);
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

/** `require` does not apply to presets. If no rule allows a required operation, only presets are left. */
function requireWarnings({ require, operations = {} }: ValidPolicy): readonly PolicyIssue[] {
  const unmet = require.filter((name) => (operations[name] ?? []).length === 0);
  return unmet.map((name) => ({
    path: 'require',
    message: `names ${name}, which no rule allows, so only presets are served`,
  }));
}

function originWarnings({ urls }: ValidPolicy): readonly PolicyIssue[] {
  if (urls.origins.length === 0 || urls.grants) return [];
  return [{ path: 'urls.origins', message: 'has no effect, because urls.grants is false' }];
}

function modeWarnings({ mode, reportUntil = '' }: ValidPolicy, now: number) {
  if (mode !== 'report' || Date.parse(reportUntil) > now) return [];
  return [{ path: 'reportUntil', message: 'has passed, so the policy is enforced' }];
}

/** Finds parts of a valid policy that are probably mistakes. `now` in Unix milliseconds. */
export function policyWarnings(document: ValidPolicy, now: number): readonly PolicyIssue[] {
  const operations = document.operations ?? {};
  const dead = policyOperations.flatMap((name) =>
    (operations[name] ?? []).flatMap((rule, index) =>
      findDeadValues(name, rule, `operations.${name}.${index}`),
    ),
  );
  return [
    ...dead,
    ...requireWarnings(document),
    ...cacheWarnings(document),
    ...originWarnings(document),
    ...modeWarnings(document, now),
  ];
}
