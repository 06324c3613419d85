import { type ParseErrorCode, printParseErrorCode, visit } from 'jsonc-parser';
import { limits } from '../../shared/limits.ts';
import type { PolicyIssue } from '../../shared/policy/issues.ts';
import { utf8Bytes } from '../../shared/utf8.ts';

const strictJson = { disallowComments: true, allowTrailingComma: false } as const;

/** Turns `CommaExpected` into `comma expected`. */
const printErrorCode = (code: ParseErrorCode): string =>
  printParseErrorCode(code)
    .replace(/(?<=.)[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();

/** The position of the first error. The text itself is never quoted, because the file may be a secret. */
function describeSyntaxError(text: string): string {
  let first: string | undefined;
  const onError = (code: ParseErrorCode, ...place: readonly number[]): void => {
    const [, , line = 0, column = 0] = place;
    first ??= `: ${printErrorCode(code)} in line ${line + 1}, column ${column + 1}`;
  };
  visit(text, { onError }, strictJson);
  return `is not JSON${first ?? ''}`;
}

/** Fields that occur more than once in an object. JSON silently keeps the last one. */
function findRepeatedFields(text: string): readonly PolicyIssue[] {
  const seen = new Set<string>();
  const issues = new Map<string, PolicyIssue>();
  visit(text, {
    onObjectProperty: (name, ...place) => {
      const [, , , , parents] = place;
      const steps = [...parents(), name];
      const key = JSON.stringify(steps);
      if (seen.has(key))
        issues.set(key, { path: steps.join('.'), message: 'occurs more than once; keep one' });
      seen.add(key);
    },
  });
  return [...issues.values()];
}

/** Text nested too deep for the visitor overflows the stack. The schema rejects such a policy later. */
function catchOverflow<T>(visitText: () => T, otherwise: T): T {
  try {
    return visitText();
  } catch (thrown) {
    if (thrown instanceof RangeError) return otherwise;
    throw thrown;
  }
}

/** Parses the text of a policy file. Returns the issues if it is not JSON or has repeated fields. */
export function parsePolicyText(
  written: string,
): { readonly document: unknown } | { readonly issues: readonly PolicyIssue[] } {
  if (utf8Bytes(written) > limits.policyBytes)
    return { issues: [{ path: '', message: `is larger than ${limits.policyBytes} bytes` }] };
  // Some editors on Windows add a byte-order mark.
  const text = written.replace(/^\uFEFF/, '');
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    const message = catchOverflow(() => describeSyntaxError(text), 'is not JSON');
    return { issues: [{ path: '', message }] };
  }
  const issues = catchOverflow(() => findRepeatedFields(text), []);
  return issues.length > 0 ? { issues } : { document };
}
