import { type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser';
import { limits } from '../../shared/limits.ts';
import type { PolicyIssue } from '../../shared/policy/issues.ts';
import { utf8Bytes } from '../../shared/utf8.ts';

const strictly = { disallowComments: true, allowTrailingComma: false } as const;

/** `CommaExpected` as people say it. */
const printErrorCode = (code: ParseErrorCode): string =>
  printParseErrorCode(code)
    .replace(/(?<=.)[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();

/** Where it stops being JSON. Never a word of what stands there: it may be any file. */
function brokenAt(text: string): string {
  let first: string | undefined;
  const onError = (code: ParseErrorCode, ...place: readonly number[]): void => {
    const [, , line = 0, column = 0] = place;
    first ??= `: ${printErrorCode(code)} in line ${line + 1}, column ${column + 1}`;
  };
  visit(text, { onError }, strictly);
  return `is not JSON${first ?? ''}`;
}

/** The fields that stand more than once in one object, of which JSON keeps the last without a word. */
function findRepeatedFields(text: string): readonly PolicyIssue[] {
  const seen = new Set<string>();
  const issues = new Map<string, PolicyIssue>();
  visit(text, {
    onObjectProperty: (name, ...place) => {
      const [, , , , parents] = place;
      const steps = [...parents(), name];
      const key = JSON.stringify(steps);
      if (seen.has(key))
        issues.set(key, { path: steps.join('.'), message: 'stands more than once; keep one' });
      seen.add(key);
    },
  });
  return [...issues.values()];
}

/** What is nested too deep for the visitor is too deep for a policy, and the schema will say so. */
function withoutOverflow<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch (thrown) {
    if (thrown instanceof RangeError) return otherwise;
    throw thrown;
  }
}

/** A file's text as a document, or all that keeps it from being one. */
export function parsePolicyText(
  written: string,
): { readonly document: unknown } | { readonly issues: readonly PolicyIssue[] } {
  if (utf8Bytes(written) > limits.policyBytes)
    return { issues: [{ path: '', message: `is larger than ${limits.policyBytes} bytes` }] };
  // Editors on Windows begin a file with a byte-order mark.
  const text = written.replace(/^\uFEFF/, '');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    const message = withoutOverflow(() => brokenAt(text), 'is not JSON');
    return { issues: [{ path: '', message }] };
  }
  const issues = withoutOverflow(() => findRepeatedFields(text), []);
  return issues.length > 0 ? { issues } : { document };
}
