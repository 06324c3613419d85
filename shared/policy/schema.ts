import * as v from 'valibot';
import { limits } from '../limits.ts';
import { type Negotiable, negotiable } from '../operations/accept.ts';
import { sourceTypes } from '../operations/image-type.ts';
import type { Parameter, Value } from '../operations/parameter.ts';
import { type OperationName, operationNames, rowOf } from '../operations/table.ts';
import { isTenant, pathFault } from '../url/path.ts';
import { scopeFault } from '../url/scope.ts';
import { isKid } from '../url/signature.ts';
import type { Rule, ValueSet } from './value-set.ts';

const nullable = v.null();

function valueSchema(parameter: Parameter): v.GenericSchema<Value | null> {
  const own = v.custom<Value>(
    (input) =>
      (typeof input === 'number' || typeof input === 'string') &&
      parameter.read(String(input)) === input,
    `expects ${parameter.expects}, or null for "left out"`,
  );
  return v.union([own, nullable], `expects ${parameter.expects}, or null for "left out"`);
}

function rangeSchema(min: number, max: number): v.GenericSchema<unknown, ValueSet> {
  const bound = v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
  const range = v.strictObject({
    min: bound,
    max: bound,
    step: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
  });
  return v.pipe(
    range,
    v.check((one) => one.min <= one.max, 'min must not be above max'),
  );
}

function allowedSchema(parameter: Parameter): v.GenericSchema<unknown, ValueSet> {
  const list = v.pipe(
    v.array(valueSchema(parameter)),
    v.minLength(1, 'needs at least one value'),
    v.maxLength(limits.ruleValues),
  );
  const { control } = parameter;
  if (control.control !== 'number') return list;
  return v.lazy((input) => (Array.isArray(input) ? list : rangeSchema(control.min, control.max)));
}

function ruleSchema(name: OperationName): v.GenericSchema<unknown, Rule> {
  const entries = Object.entries(rowOf(name).parameters).map(([own, parameter]) => [
    own,
    v.optional(allowedSchema(parameter)),
  ]);
  return v.strictObject(Object.fromEntries(entries));
}

function rulesSchema(name: OperationName): v.GenericSchema<unknown, readonly Rule[]> {
  const fields = ruleSchema(name);
  // To the library a list is an object without fields, and `[]` would be the rule `{}`.
  const listed = v.never('expects a rule, not a list');
  const rule = v.lazy((input) => (Array.isArray(input) ? listed : fields));
  const list = v.pipe(v.array(rule), v.minLength(1, 'needs at least one rule'));
  return v.lazy((input) =>
    Array.isArray(input)
      ? list
      : v.pipe(
          rule,
          v.transform((one) => [one]),
        ),
  );
}

/** The operations that a policy speaks of: a free one needs no entry. */
export const policyOperations: readonly OperationName[] = operationNames.filter(
  (name) => rowOf(name).free !== true,
);

/** Every recipe has a format, if only the source's own. */
const requirable = policyOperations.filter((name) => name !== 'format');

const wholeNumber = (min: number, max: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

const operationsSchema: v.GenericSchema<
  unknown,
  Readonly<Record<string, readonly Rule[]>>
> = v.strictObject(
  Object.fromEntries(policyOperations.map((name) => [name, v.optional(rulesSchema(name))])),
) as v.GenericSchema<unknown, Readonly<Record<string, readonly Rule[]>>>;

const kid = v.pipe(
  v.string(),
  v.check(isKid, 'is not written as root.generation, such as r1.1'),
  v.check((text) => !text.endsWith('.0'), 'generations count from 1'),
);

const keysSchema = v.pipe(
  v.strictObject({
    active: kid,
    accept: v.pipe(v.array(kid), v.minLength(1), v.maxLength(limits.acceptedKids)),
  }),
  v.check((keys) => keys.accept.includes(keys.active), 'accept must name the active kid'),
);

const negotiableNames = Object.keys(negotiable) as [Negotiable, ...Negotiable[]];
/** In seconds: longer is for ever, and says so. */
const tenYears = 10 * 366 * 86_400;

/** A field with the line that documents it and the value that holds without it. */
const withDescription = <S extends v.GenericSchema>(schema: S, about: string) =>
  v.pipe(schema, v.description(about));

const sourceSchema = v.strictObject({
  types: v.optional(
    withDescription(
      v.pipe(v.array(v.picklist(sourceTypes)), v.minLength(1, 'needs at least one type')),
      'The types of sources that images are made of; asked when one is made',
    ),
    [...sourceTypes],
  ),
  maxBytes: v.optional(
    withDescription(wholeNumber(1, limits.sourceBytes), 'The largest source, in bytes'),
    limits.sourceBytes,
  ),
  maxPixels: v.optional(
    withDescription(wholeNumber(1, limits.sourcePixels), 'Its width × height × frames at most'),
    limits.sourcePixels,
  ),
  maxFrames: v.optional(
    withDescription(
      wholeNumber(1, limits.sourceFrames),
      'How many frames of an animation are kept',
    ),
    limits.sourceFrames,
  ),
});

const maxAge = wholeNumber(0, 31_536_000);
const cacheSchema = v.strictObject({
  maxAge: v.optional(withDescription(maxAge, 'Seconds in browsers'), 86_400),
  sharedMaxAge: v.optional(
    withDescription(
      maxAge,
      'Seconds in CloudFront; at most half of maxAge is best, since Age counts',
    ),
    43_200,
  ),
});

const autoSchema = v.strictObject({
  format: v.optional(
    withDescription(
      v.array(v.picklist(negotiableNames)),
      'What `format,f_auto` prefers where Accept names several equally',
    ),
    ['avif', 'webp'],
  ),
});

const urlsSchema = v.strictObject({
  maxLifetime: v.optional(
    withDescription(
      v.nullable(wholeNumber(60, tenYears)),
      'How many seconds ahead `exp` may be; null lets URLs live for ever',
    ),
    null,
  ),
  grants: v.optional(
    withDescription(
      v.boolean(),
      'Whether one signature may cover many URLs: grants, in the query or a cookie',
    ),
    true,
  ),
});

const scope = v.pipe(
  v.string(),
  v.check(
    (text) => scopeFault(text) === undefined,
    'expects a path of a source, or prefix/* for all below it',
  ),
);

const sourcePath = v.pipe(
  v.string(),
  v.check((text) => pathFault(text) === undefined, 'expects a path of a source'),
);

const presetName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/, 'expects letters, digits, dots and hyphens'),
);

/**
 * A tenant's policy, as an operator writes it. Whatever this version cannot keep is refused: a
 * field without effect would be a promise without a keeper.
 */
export const policySchema = v.pipe(
  v.strictObject({
    tenant: withDescription(
      v.pipe(v.string(), v.check(isTenant, 'is not a tenant name')),
      'Whose policy it is: a-z and 0-9 with single hyphens inside, 63 characters at most',
    ),
    keys: v.optional(
      withDescription(
        keysSchema,
        'The kid that signs and the kids that verify, as in `{"active": "r1.2", "accept": ["r1.1", "r1.2"]}`; left out, the published ones stay',
      ),
    ),
    operations: v.optional(
      withDescription(
        operationsSchema,
        'For each allowed operation a rule or a list of rules, any of which suffices. A rule gives parameters a list of values (`null`: may be left out) or a range `{min,max,step}`; a parameter it does not name stays at its default',
      ),
    ),
    require: v.optional(
      withDescription(
        v.array(v.picklist(requirable)),
        'Operations that every recipe must have; presets need not',
      ),
      [],
    ),
    presets: v.optional(
      withDescription(
        v.pipe(v.record(presetName, v.string()), v.maxEntries(limits.presets)),
        'Recipes by name, for `style,n_NAME`; they need no rules',
      ),
      {},
    ),
    presetsOnly: v.optional(
      withDescription(v.boolean(), 'Whether presets alone are served'),
      false,
    ),
    auto: v.optional(autoSchema, {}),
    source: v.optional(sourceSchema, {}),
    urls: v.optional(urlsSchema, {}),
    cache: v.optional(cacheSchema, {}),
    snap: v.optional(
      withDescription(
        v.boolean(),
        'Whether a `w` or `h` that no rule allows is moved to the next allowed one; for recipes that name one of `w`, `h`, `l`, `s`',
      ),
      false,
    ),
    blocked: v.optional(
      withDescription(
        v.pipe(v.array(scope), v.maxLength(limits.blockedScopes)),
        'Sources, or `prefix/*`, that are refused at once, cached or not; left out, the published ones stay',
      ),
      [],
    ),
    fallback: v.optional(
      withDescription(
        v.nullable(sourcePath),
        'A source that is shown, with the same recipe and the status of the refusal, where another is missing or bad',
      ),
      null,
    ),
    mode: v.optional(
      withDescription(
        v.picklist(['enforce', 'report']),
        '`report` serves what rules and presets would refuse, and logs it, until `reportUntil`',
      ),
      'enforce',
    ),
    reportUntil: v.optional(
      withDescription(
        v.pipe(v.string(), v.isoTimestamp('expects a time such as 2030-01-31T12:00:00Z')),
        'When `mode: "report"` ends by itself',
      ),
    ),
  }),
  v.check(
    ({ mode, reportUntil }) => mode !== 'report' || reportUntil !== undefined,
    'needs reportUntil beside mode "report", such as "2030-01-31T12:00:00Z"',
  ),
  v.check(
    (policy) => policy.operations !== undefined || Object.keys(policy.presets).length > 0,
    'needs operations or presets',
  ),
);

export type ValidPolicy = v.InferOutput<typeof policySchema>;
