import * as v from 'valibot';
import { S3Error } from '../wire/s3-error.ts';

/*
 * The policy of a browser's POST form: who signs it says which form may be sent.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
 */

const text = v.union([v.string(), v.number(), v.boolean()]);
const isoTime = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?Z$/),
  v.check((time) => !Number.isNaN(Date.parse(time))),
);
const count = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform(Number),
  v.integer(),
  v.minValue(0),
);
const field = v.pipe(v.string(), v.regex(/^\$./));
const lowerCase = v.pipe(v.string(), v.toLowerCase());
const conditionSchema = v.union([
  v.tuple([v.pipe(lowerCase, v.literal('eq')), field, text]),
  v.tuple([v.pipe(lowerCase, v.literal('starts-with')), field, text]),
  v.tuple([v.pipe(lowerCase, v.literal('content-length-range')), count, count]),
  v.pipe(
    v.record(v.string(), text),
    v.check((one) => Object.keys(one).length === 1),
  ),
]);
const policySchema = v.object({
  expiration: isoTime,
  conditions: v.array(conditionSchema),
});

/** A condition on a field of the form, with its name in lower case. */
export type FieldCondition = {
  readonly match: 'eq' | 'starts-with';
  readonly field: string;
  readonly value: string;
};

export type PostPolicy = {
  /** Milliseconds since 1970. */
  readonly expiration: number;
  readonly conditions: readonly FieldCondition[];
  /** The sizes of the file that are allowed, in bytes. */
  readonly sizes: { readonly min: number; readonly max: number };
};

/** Reads a policy in base64. Throws InvalidPolicyDocument. */
export function parsePolicy(base64: string): PostPolicy {
  const parsed = v.safeParse(policySchema, parseJson(Buffer.from(base64, 'base64').toString()));
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const path = v.getDotPath(issue) ?? 'the document';
    throw new S3Error('InvalidPolicyDocument', `Invalid Policy: ${path}: ${issue.message}`);
  }
  const { expiration, conditions } = parsed.output;
  const ranges = conditions.flatMap((one) =>
    Array.isArray(one) && one[0] === 'content-length-range' ? [one] : [],
  );
  return {
    expiration: Date.parse(expiration),
    conditions: conditions.flatMap(readCondition),
    sizes: {
      min: Math.max(0, ...ranges.map(([, min]) => min)),
      max: Math.min(Number.POSITIVE_INFINITY, ...ranges.map(([, , max]) => max)),
    },
  };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function readCondition(
  condition: v.InferOutput<typeof conditionSchema>,
): readonly FieldCondition[] {
  if (!Array.isArray(condition)) {
    return Object.entries(condition).map(([name, value]) => ({
      match: 'eq',
      field: name.toLowerCase(),
      value: String(value),
    }));
  }
  const [match, name, value] = condition;
  if (match === 'content-length-range') return [];
  return [{ match, field: name.slice(1).toLowerCase(), value: String(value) }];
}

/** Fields that need no condition. Everything else in a form must be allowed by its policy. */
const isFree = (name: string): boolean =>
  ['policy', 'x-amz-signature', 'file'].includes(name) || name.startsWith('x-ignore-');

/** Throws AccessDenied unless the form is what the policy allows, at this time. */
export function checkPostPolicy(
  policy: PostPolicy,
  fields: ReadonlyMap<string, string>,
  bucket: string,
  nowMillis: number,
): void {
  if (nowMillis > policy.expiration) throw policyError('Policy expired.');
  const form = new Map(fields).set('bucket', bucket);
  for (const condition of policy.conditions) {
    if (meetsCondition(condition, form.get(condition.field) ?? '')) continue;
    const { match, field: name, value } = condition;
    throw policyError(`Policy Condition failed: ["${match}", "$${name}", "${value}"]`);
  }
  const covered = new Set(policy.conditions.map(({ field: name }) => name));
  const extra = [...fields.keys()].filter((name) => !isFree(name) && !covered.has(name));
  if (extra.length > 0) throw policyError(`Extra input fields: ${extra.join(', ')}`);
}

function policyError(reason: string): S3Error {
  return new S3Error('AccessDenied', `Invalid according to Policy: ${reason}`);
}

function meetsCondition({ match, field: name, value }: FieldCondition, given: string): boolean {
  if (match === 'eq') return given === value;
  // A list of types must start with the value in each of them.
  const values = name === 'content-type' ? given.split(',').map((one) => one.trim()) : [given];
  return values.every((one) => one.startsWith(value));
}
