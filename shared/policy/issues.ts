import * as v from 'valibot';
import { didYouMean } from '../did-you-mean.ts';
import { limits } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import { utf8Bytes } from '../utf8.ts';
import { readPreset } from './compiled.ts';
import { policySchema, type ValidPolicy } from './schema.ts';

/** One problem of a policy: `message` is the end of a sentence that starts with `path`. */
export type PolicyIssue = {
  /** Dotted, as in `operations.resize.0.w`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
};

function knownNames(expected: string | null): readonly string[] {
  return [...(expected ?? '').matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);
}

function siblingFields(issue: v.BaseIssue<unknown>, schema: v.GenericSchema): readonly string[] {
  const steps = (issue.path ?? []).slice(0, -1).map(({ key }) => key);
  return entriesAt(schema, steps);
}

type Nested = {
  readonly type?: string;
  readonly entries?: Readonly<Record<string, Nested>>;
  readonly wrapped?: Nested;
  readonly item?: Nested;
  readonly getter?: (input: unknown) => Nested;
};

/** The names of the fields that a schema declares at a path. */
function entriesAt(schema: unknown, steps: readonly unknown[]): readonly string[] {
  let at = schema as Nested | undefined;
  for (const step of steps) {
    at = unwrapSchema(at, Number.isInteger(step));
    at = Number.isInteger(step) ? at?.item : at?.entries?.[String(step)];
  }
  return Object.keys(unwrapSchema(at, false)?.entries ?? {});
}

function unwrapSchema(schema: Nested | undefined, asList: boolean): Nested | undefined {
  let at = schema;
  while (at?.wrapped !== undefined || at?.type === 'lazy')
    at = at.wrapped ?? at.getter?.(asList ? [] : {});
  return at;
}

function describeUnknownField(issue: v.BaseIssue<unknown>, name: string): string {
  return `is not a known field${didYouMean(name, siblingFields(issue, policySchema))}`;
}

function describeNotListed({ expected, input }: v.BaseIssue<unknown>): string {
  const names = knownNames(expected);
  return `expects one of ${names.join(', ')}${didYouMean(input, names)}`;
}

/** Describes a rule value that is not allowed. The message comes from the operations table. */
function describeNotAllowed({ message, input }: v.BaseIssue<unknown>): string {
  const [, choices = ''] = /^expects one of (.+?), or null/.exec(message) ?? [];
  return `${message}${didYouMean(input, choices.split(', '))}`;
}

/** Puts valibot's expectation, such as `>=60`, into words. */
function describeExpectation({ type, expected }: v.BaseIssue<unknown>): string {
  if (type === 'integer') return 'a whole number';
  const [, bound, count] = /^([<>]=)(.+)$/.exec(expected ?? '') ?? [];
  const counted = /_(?:length|entries)$/.test(type) ? ' entries' : '';
  if (bound !== undefined) return `at ${bound === '>=' ? 'least' : 'most'} ${count}${counted}`;
  return expected?.toLowerCase() ?? 'something else';
}

/** valibot's own messages start like this. Ours are the end of a sentence and never do. */
const ownMessage = /^Invalid /;

/** valibot reports only the first unknown field of an object. This finds the others. */
function findMoreUnknownFields(issue: v.BaseIssue<unknown>): readonly PolicyIssue[] {
  const last = issue.path?.at(-1);
  if (issue.type !== 'strict_object' || issue.expected !== 'never' || last === undefined) return [];
  const known = siblingFields(issue, policySchema);
  const path = (v.getDotPath(issue) ?? '').split('.').slice(0, -1);
  return Object.keys(last.input as object)
    .filter((name) => name !== last.key && !known.includes(name))
    .map((name) => ({
      path: [...path, name].join('.'),
      message: describeUnknownField(issue, name),
    }));
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const name = String(issue.path?.at(-1)?.key ?? '');
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return describeUnknownField(issue, name);
  if (issue.type === 'strict_object' && issue.expected === `"${name}"`) return 'is missing';
  if (issue.type === 'picklist') return describeNotListed(issue);
  if (issue.type === 'union') return describeNotAllowed(issue);
  if (!ownMessage.test(issue.message)) return issue.message;
  return `expects ${describeExpectation(issue)}, not ${issue.received}`;
}

/** valibot drops these names silently, to protect prototypes. */
const unusableNames = ['__proto__', 'constructor', 'prototype'];
const unusable = 'is not allowed as the name of a preset';

function presetIssues(presets: unknown): readonly PolicyIssue[] {
  const entries = Object.entries((presets ?? {}) as Record<string, unknown>);
  return entries.flatMap(([name, text]) => {
    if (unusableNames.includes(name)) return [{ path: `presets.${name}`, message: unusable }];
    if (typeof text !== 'string') return [];
    try {
      readPreset(text);
      return [];
    } catch (thrown) {
      const message = thrown instanceof Refusal ? thrown.detail.reason : String(thrown);
      return [{ path: `presets.${name}`, message }];
    }
  });
}

/** valibot accepts a list as an object without fields, so lists need their own check. */
function listIssues(document: object): readonly PolicyIssue[] {
  return Object.entries(policySchema.entries).flatMap(([path, schema]) => {
    const fields = unwrapSchema(schema as Nested, false)?.type ?? '';
    const isObject = fields === 'strict_object' || fields === 'record';
    const list = Object.hasOwn(document, path) && Array.isArray(Reflect.get(document, path));
    return isObject && list ? [{ path, message: 'expects an object, not a list' }] : [];
  });
}

/** The schema checks this only if the rest of the policy is valid. */
function emptyIssues(document: object, own: readonly PolicyIssue[]): readonly PolicyIssue[] {
  const { operations, presets = {} } = document as Readonly<Record<string, unknown>>;
  const empty = operations === undefined && Object.keys(presets ?? {}).length === 0;
  const message = 'needs operations or presets';
  return empty && !own.some((issue) => issue.message === message) ? [{ path: '', message }] : [];
}

/** The longest `keys` that publishing can add to a policy without keys. */
const longestKid = `r${'0'.repeat(15)}.100000`;
const longestKeys = {
  active: longestKid,
  accept: Array.from({ length: limits.acceptedKids }, () => longestKid),
};

/** Measures the policy as it is stored: indented, and with keys. */
export function sizeIssues(document: object): readonly PolicyIssue[] {
  const size = utf8Bytes(JSON.stringify({ keys: longestKeys, ...document }, undefined, 2));
  return size > limits.policyBytes
    ? [{ path: '', message: `is ${size} bytes when stored; the limit is ${limits.policyBytes}` }]
    : [];
}

/** The result of a validation: the policy, or all of its issues. */
export type PolicyVerdict =
  | { readonly issues: readonly []; readonly policy: ValidPolicy }
  | { readonly issues: readonly [PolicyIssue, ...PolicyIssue[]] };

/** Validates a document. Runs the schema once. */
export function judgePolicy(document: unknown): PolicyVerdict {
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return { issues: [{ path: '', message: 'is not a JSON object' }] };
  const parsed = v.safeParse(policySchema, document);
  const own = (parsed.issues ?? []).flatMap((issue) => [
    { path: v.getDotPath(issue) ?? '', message: describeIssue(issue) },
    ...findMoreUnknownFields(issue),
  ]);
  const presets = Object.hasOwn(document, 'presets') ? Reflect.get(document, 'presets') : {};
  const [first, ...more] = [
    ...own,
    ...emptyIssues(document, own),
    ...listIssues(document),
    ...presetIssues(presets),
  ];
  if (first !== undefined) return { issues: [first, ...more] };
  // Only a valid document is surely shallow. JSON.stringify could overflow on a deep invalid one.
  const [tooLarge] = sizeIssues(document);
  if (tooLarge !== undefined || !parsed.success)
    return { issues: [tooLarge ?? { path: '', message: 'is invalid' }] };
  return { issues: [], policy: parsed.output };
}

/** Finds everything that is wrong with a policy. An empty list means that it can be published. */
export const policyIssues = (document: unknown): readonly PolicyIssue[] =>
  judgePolicy(document).issues;
