import * as v from 'valibot';
import { limits } from '../limits.ts';
import { type Negotiable, negotiable } from '../operations/accept.ts';
import { sourceTypes } from '../operations/image-type.ts';
import type { Parameter, Value } from '../operations/parameter.ts';
import { type OperationName, operationNames, rowOf } from '../operations/table.ts';
import { presetExpects, presetForm } from '../recipe/recipe.ts';
import { isTenant, pathFault } from '../url/path.ts';
import { blockedScopeFault } from '../url/scope.ts';
import { isKid } from '../url/signature.ts';
import { budgetSchema } from './budget-schema.ts';
import { integerSchema, withDescription } from './field-schema.ts';
import { entryName, entryNameExpects, prefixFault } from './source-fields.ts';
import { urlsSchema } from './urls-schema.ts';
import type { Rule, ValueSet } from './value-set.ts';

const nullSchema = v.null();

function valueSchema(parameter: Parameter): v.GenericSchema<Value | null> {
  const own = v.custom<Value>(
    (input) =>
      (typeof input === 'number' || typeof input === 'string') &&
      parameter.read(String(input)) === input,
    `expects ${parameter.expects}, or null for "left out"`,
  );
  return v.union([own, nullSchema], `expects ${parameter.expects}, or null for "left out"`);
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
    v.check((one) => one.min <= one.max, 'min must not be larger than max'),
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
  // valibot takes a list for an object without fields, so `[]` would pass as the rule `{}`.
  const listed = v.never('expects a rule, not a list');
  const rule = v.lazy((input) => (Array.isArray(input) ? listed : fields));
  const list = v.pipe(
    v.array(rule),
    v.minLength(1, 'needs at least one rule'),
    v.maxLength(
      limits.operationRules,
      `has more than ${limits.operationRules} rules; put the values of several rules into one`,
    ),
  );
  return v.lazy((input) =>
    Array.isArray(input)
      ? list
      : v.pipe(
          rule,
          v.transform((one) => [one]),
        ),
  );
}

/** The operations that a policy can name. Free operations need no entry. */
export const policyOperations: readonly OperationName[] = operationNames.filter(
  (name) => rowOf(name).free !== true,
);

/** Every recipe has a format, so requiring one would have no effect. */
const requirable = policyOperations.filter((name) => name !== 'format');

const operationsSchema: v.GenericSchema<
  unknown,
  Readonly<Record<string, readonly Rule[]>>
> = v.strictObject(
  Object.fromEntries(policyOperations.map((name) => [name, v.optional(rulesSchema(name))])),
) as v.GenericSchema<unknown, Readonly<Record<string, readonly Rule[]>>>;

const kid = v.pipe(
  v.string(),
  v.check(isKid, 'is not written as root.generation, such as r1.1'),
  v.check((text) => !text.endsWith('.0'), 'has generation 0; generations start at 1'),
);

const keysSchema = v.pipe(
  v.strictObject({
    active: kid,
    accept: v.pipe(v.array(kid), v.minLength(1), v.maxLength(limits.acceptedKids)),
  }),
  v.check((keys) => keys.accept.includes(keys.active), 'accept must include the active kid'),
);

const negotiableNames = Object.keys(negotiable) as [Negotiable, ...Negotiable[]];

const sourcePrefix = v.pipe(
  v.string(),
  v.rawCheck<string>(({ dataset, addIssue }) => {
    const fault = dataset.typed ? prefixFault(dataset.value) : undefined;
    if (fault !== undefined) addIssue({ message: fault });
  }),
);

const sourceSchema = v.strictObject({
  from: v.optional(
    withDescription(
      v.pipe(v.string(), v.check(entryName, `is not the name of a source: ${entryNameExpects}`)),
      "Name of an entry in `sources` of the deployment: a bucket that is not Signet's own. If left out, sources are in Signet's own bucket. A change needs `policy publish --purge`.",
    ),
  ),
  prefix: v.optional(
    withDescription(
      sourcePrefix,
      'Further beginning of every key, such as `web/`. It only lengthens the prefix that the tenant has there. A change needs `policy publish --purge`.',
    ),
  ),
  types: v.optional(
    withDescription(
      v.pipe(
        v.array(v.picklist(sourceTypes)),
        v.minLength(1, 'needs at least one type'),
        v.maxLength(sourceTypes.length),
      ),
      'Types of sources that Signet accepts',
    ),
    [...sourceTypes],
  ),
  maxBytes: v.optional(
    withDescription(integerSchema(1, limits.sourceBytes), 'Size of the largest source, in bytes'),
    limits.sourceBytes,
  ),
  maxPixels: v.optional(
    withDescription(
      integerSchema(1, limits.sourcePixels),
      'Maximum pixels of a source: width × height. An animation is cut where its frames together have more',
    ),
    limits.sourcePixels,
  ),
  maxFrames: v.optional(
    withDescription(
      integerSchema(1, limits.sourceFrames),
      'Frames of an animation to keep; later ones are dropped',
    ),
    limits.sourceFrames,
  ),
});

const maxAge = integerSchema(0, 31_536_000);
const cacheSchema = v.strictObject({
  maxAge: v.optional(withDescription(maxAge, 'Seconds for which browsers cache an image'), 86_400),
  sharedMaxAge: v.optional(
    withDescription(
      maxAge,
      'Seconds for which CloudFront caches an image. Use at most half of `maxAge`, because browsers subtract the time in CloudFront (`Age`).',
    ),
    43_200,
  ),
});

const autoSchema = v.strictObject({
  format: v.optional(
    withDescription(
      v.pipe(v.array(v.picklist(negotiableNames)), v.maxLength(negotiableNames.length)),
      'Types that `format,f_auto` may pick, preferred ones first',
    ),
    ['avif', 'webp'],
  ),
});

const scope = v.pipe(
  v.string(),
  v.check(
    (text) => blockedScopeFault(text) === undefined,
    'expects the path of a source, or prefix/* for everything below a prefix',
  ),
);

const sourcePath = v.pipe(
  v.string(),
  v.check((text) => pathFault(text) === undefined, 'expects the path of a source'),
);

const presetName = v.pipe(v.string(), v.regex(presetForm, `expects ${presetExpects}`));

/**
 * A tenant's policy, as an operator writes it. Unknown fields are errors, because a field without
 * effect would promise a protection that does not exist.
 */
export const policySchema = v.pipe(
  v.strictObject({
    tenant: withDescription(
      v.pipe(v.string(), v.check(isTenant, 'is not a tenant name')),
      'Name of the tenant: a-z and 0-9, with single hyphens inside, at most 63 characters',
    ),
    keys: v.optional(
      withDescription(
        keysSchema,
        'The kid that signs and the kids that are accepted, as in `{"active": "r1.2", "accept": ["r1.1", "r1.2"]}`. If left out, the published keys stay.',
      ),
    ),
    operations: v.optional(
      withDescription(
        operationsSchema,
        'A rule, or a list of rules, for each allowed operation. A request must match one of them. A rule gives each parameter a list of values (`null`: may be left out) or a range `{min,max,step}`. A parameter that the rule does not name must have its default.',
      ),
    ),
    require: v.optional(
      withDescription(
        v.pipe(v.array(v.picklist(requirable)), v.maxLength(requirable.length)),
        'Operations that every recipe must have, except presets, and in formats in which they have no effect',
      ),
      [],
    ),
    presets: v.optional(
      withDescription(
        v.pipe(v.record(presetName, v.string()), v.maxEntries(limits.presets)),
        'Named recipes for `style,n_NAME`. They need no rules.',
      ),
      {},
    ),
    presetsOnly: v.optional(withDescription(v.boolean(), 'Serves presets only'), false),
    auto: v.optional(autoSchema, {}),
    source: v.optional(sourceSchema, {}),
    urls: v.optional(urlsSchema, {}),
    cache: v.optional(cacheSchema, {}),
    budget: v.optional(budgetSchema, {}),
    snap: v.optional(
      withDescription(
        v.boolean(),
        'Moves a `w` or `h` that no rule allows to the next allowed value, in recipes that name exactly one of `w`, `h`, `l` and `s`',
      ),
      false,
    ),
    blocked: v.optional(
      withDescription(
        v.pipe(v.array(scope), v.maxLength(limits.blockedScopes)),
        'Sources, watermarks (`_watermarks/ID.png`) or `prefix/*` that are refused at once, even if they are cached. If left out, the published ones stay.',
      ),
      [],
    ),
    fallback: v.optional(
      withDescription(
        v.nullable(sourcePath),
        'Source to show in place of one that is missing or damaged, with the same recipe and the status of the refusal',
      ),
      null,
    ),
    mode: v.optional(
      withDescription(
        v.picklist(['enforce', 'report']),
        '`report` serves and logs what rules and presets would refuse, until `reportUntil`',
      ),
      'enforce',
    ),
    reportUntil: v.optional(
      withDescription(
        v.pipe(v.string(), v.isoTimestamp('expects a time such as 2030-01-31T12:00:00Z')),
        'Time at which `mode: "report"` ends, such as `2030-01-31T12:00:00Z`',
      ),
    ),
  }),
  v.check(
    ({ mode, reportUntil }) => mode !== 'report' || reportUntil !== undefined,
    'needs reportUntil with mode "report", such as "2030-01-31T12:00:00Z"',
  ),
  v.check(
    ({ operations = {} }) => Object.values(operations).flat().length <= limits.policyRules,
    `has more than ${limits.policyRules} rules; put the values of several rules into one`,
  ),
  v.check(
    (policy) => policy.operations !== undefined || Object.keys(policy.presets).length > 0,
    'needs operations or presets',
  ),
);

/** A document that the schema has accepted, with defaults filled in. */
export type ValidPolicy = v.InferOutput<typeof policySchema>;
