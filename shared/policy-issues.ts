import leven from 'leven';
import * as v from 'valibot';
import { limits } from './limits.ts';
import { readPreset } from './policy.ts';
import { policySchema } from './policy-schema.ts';
import { Refusal } from './refusal.ts';
import { utf8Bytes } from './target.ts';

export type PolicyIssue = {
  /** Dotted, as in `operations.resize.0.w`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
};

/** Fields of the policy format that later versions keep and this one cannot. */
const notYet = [
  'snap',
  'blocked',
  'fallback',
  'mode',
  'reportUntil',
  'grants',
  '$schema',
  'extends',
];

/** The known name that was probably meant, if one is near. */
export function nearest(written: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, distance: leven(written.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(1, written.length / 3)
    ? best.name
    : undefined;
}

function knownNames(expected: string | null): readonly string[] {
  return [...(expected ?? '').matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);
}

function siblings(issue: v.BaseIssue<unknown>, schema: v.GenericSchema): readonly string[] {
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

/** The field names that a schema declares at a place. */
function entriesAt(schema: unknown, steps: readonly unknown[]): readonly string[] {
  let at = schema as Nested | undefined;
  for (const step of steps) {
    at = opened(at, Number.isInteger(step));
    at = Number.isInteger(step) ? at?.item : at?.entries?.[String(step)];
  }
  return Object.keys(opened(at, false)?.entries ?? {});
}

function opened(schema: Nested | undefined, asList: boolean): Nested | undefined {
  let at = schema;
  while (at?.wrapped !== undefined || at?.type === 'lazy')
    at = at.wrapped ?? at.getter?.(asList ? [] : {});
  return at;
}

function unknownField(issue: v.BaseIssue<unknown>, name: string): string {
  if (notYet.includes(name)) return 'is not supported by this version; leave it out';
  const meant = nearest(name, siblings(issue, policySchema));
  return `is not a field here${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}

function notAmong({ expected, input }: v.BaseIssue<unknown>): string {
  const names = knownNames(expected);
  const meant = nearest(String(input), names);
  return `expects one of ${names.join(', ')}${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
}

/** The library's own messages begin so; ours are the end of a sentence and never do. */
const ownMessage = /^Invalid /;

function describe(issue: v.BaseIssue<unknown>): string {
  const name = String(issue.path?.at(-1)?.key ?? '');
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return unknownField(issue, name);
  if (issue.type === 'strict_object' && issue.expected === `"${name}"`) return 'is missing';
  if (issue.type === 'picklist') return notAmong(issue);
  if (!ownMessage.test(issue.message)) return issue.message;
  return `expects ${issue.expected?.toLowerCase() ?? 'something else'}, not ${issue.received}`;
}

function presetIssues(presets: unknown): readonly PolicyIssue[] {
  const entries = Object.entries((presets ?? {}) as Record<string, unknown>);
  return entries.flatMap(([name, text]) => {
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

/** Everything that is wrong with a policy, at once; nothing when it can be published. */
export function policyIssues(document: unknown): readonly PolicyIssue[] {
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return [{ path: '', message: 'is not a JSON object' }];
  const parsed = v.safeParse(policySchema, document);
  const own = (parsed.issues ?? []).map((issue) => ({
    path: v.getDotPath(issue) ?? '',
    message: describe(issue),
  }));
  const presets = Object.hasOwn(document, 'presets') ? Reflect.get(document, 'presets') : {};
  return [...own, ...presetIssues(presets)];
}

/** A file's text as a document, or what keeps it from being one. */
export function parsePolicyText(text: string): { document: unknown } | { issue: PolicyIssue } {
  if (utf8Bytes(text) > limits.policyBytes)
    return { issue: { path: '', message: `is larger than ${limits.policyBytes} bytes` } };
  try {
    return { document: JSON.parse(text) as unknown };
  } catch (thrown) {
    return { issue: { path: '', message: `is not JSON: ${(thrown as Error).message}` } };
  }
}
