import { judgePolicy, type PolicyIssue } from '../issues.ts';
import type { ValidPolicy } from '../schema.ts';
import type { PolicyFields } from '../validation.ts';
import { type PolicyChange, policyDiff } from './policy-diff.ts';

/*
 * Policies that an earlier release has published. This release may refuse a part of one, such as the name of
 * a preset. Such a policy can be replaced, and the rest of it can be compared.
 */

/** As much of a published policy as this release can read, and what it refuses. */
export type ReadablePolicy = {
  /** Undefined if no part of it can be read. */
  readonly policy: ValidPolicy | undefined;
  readonly issues: readonly PolicyIssue[];
};

const isObject = (value: unknown): value is PolicyFields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const without = (fields: PolicyFields, name: string): PolicyFields =>
  Object.fromEntries(Object.entries(fields).filter(([own]) => own !== name));

/** Leaves out what an issue is about: one entry of a group, such as a preset, or else the field. */
function leaveOut(document: PolicyFields, { path }: PolicyIssue): PolicyFields {
  // A policy that lost its last preset, or what it needs to be a policy at all, allows nothing.
  if (path === '') return { ...document, operations: {} };
  const field = path.split('.', 1)[0] ?? '';
  const group = document[field];
  if (!isObject(group)) return without(document, field);
  const isAbout = (name: string): boolean => `${path}.`.startsWith(`${field}.${name}.`);
  const name = Object.keys(group).find(isAbout);
  if (name === undefined) return without(document, field);
  return { ...document, [field]: without(group, name) };
}

/** A schema finds some issues only when others are gone. */
const mostRounds = 4;

/** Reads what this release can read of a published policy. */
export function readPublished(document: PolicyFields): ReadablePolicy {
  let rest = document;
  const issues: PolicyIssue[] = [];
  for (let round = 0; round < mostRounds; round += 1) {
    const verdict = judgePolicy(rest);
    if ('policy' in verdict) return { policy: verdict.policy, issues };
    if (round === 0) issues.push(...verdict.issues);
    rest = verdict.issues.reduce(leaveOut, rest);
  }
  return { policy: undefined, issues };
}

const describeRefused = ({ path, message }: PolicyIssue): PolicyChange => ({
  path,
  kind: 'changes',
  text: `replaces what this release refuses: ${path || 'the live policy'} ${message}`,
});

/**
 * Describes the differences between a published policy and a valid one, like `policyDiff`. First it names
 * what this release refuses of the published one and cannot compare.
 */
export function publishedDiff(
  before: ReadablePolicy | undefined,
  after: ValidPolicy,
): readonly PolicyChange[] {
  const refused = before?.issues ?? [];
  return [...refused.map(describeRefused), ...policyDiff(before?.policy, after)];
}
