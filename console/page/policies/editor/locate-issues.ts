import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import { findSyntaxError } from '../../../../operator/policy-files/policy-text.ts';
import type { PolicyIssue } from '../../../../shared/policy/issues.ts';

/** An issue with its place in the text, in characters from the beginning. */
export type LocatedIssue = PolicyIssue & { readonly from: number; readonly to: number };

/** The deepest part of the document on a dotted path. Names, such as those of presets, may have dots themselves. */
function deepestOn(root: Node, path: string): Node {
  let at = root;
  let rest = path.split('.');
  while (rest.length > 0) {
    const step = stepInto(at, rest);
    if (step === undefined) return at;
    at = step.node;
    rest = rest.slice(step.taken);
  }
  return at;
}

/** The child with the longest name that the rest of a path begins with. */
function stepInto(
  at: Node,
  rest: readonly string[],
): { readonly node: Node; readonly taken: number } | undefined {
  for (let taken = at.type === 'array' ? 1 : rest.length; taken > 0; taken -= 1) {
    const name = rest.slice(0, taken).join('.');
    const node = findNodeAtLocation(at, [at.type === 'array' ? Number(name) : name]);
    if (node !== undefined) return { node, taken };
  }
  return undefined;
}

/** A field is marked at its name, because its value may be long. */
function placeOf(node: Node): { readonly from: number; readonly to: number } {
  const named = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
  const marked = named ?? node;
  const isLong = marked.type === 'object' || marked.type === 'array';
  return { from: marked.offset, to: marked.offset + (isLong ? 1 : marked.length) };
}

/** Finds where the issues of a draft are in its text. */
export function locateIssues(
  text: string,
  issues: readonly PolicyIssue[],
): readonly LocatedIssue[] {
  const fault = findSyntaxError(text);
  const root = fault === undefined ? parseTree(text) : undefined;
  const fallback = {
    from: fault?.offset ?? 0,
    to: Math.min(text.length, (fault?.offset ?? 0) + 1),
  };
  return issues.map((issue) => ({
    ...issue,
    ...(root === undefined ? fallback : placeOf(deepestOn(root, issue.path))),
  }));
}
