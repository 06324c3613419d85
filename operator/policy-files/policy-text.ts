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

/** Where a text is not JSON, in characters from its beginning, and why. */
export type TextFault = { readonly offset: number; readonly message: string };

/** The first syntax error. The text itself is never quoted, because the file may be a secret. */
export function findSyntaxError(text: string): TextFault | undefined {
  let first: TextFault | undefined;
  const onError = (code: ParseErrorCode, offset: number, ...place: readonly number[]): void => {
    const [, line = 0, column = 0] = place;
    const message = `${printErrorCode(code)} in line ${line + 1}, column ${column + 1}`;
    first ??= { offset, message };
  };
  visit(text, { onError }, strictJson);
  return first;
}

function describeSyntaxError(text: string): string {
  const found = findSyntaxError(text);
  return `is not JSON${found === undefined ? '' : `: ${found.message}`}`;
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
