import { describe, expect, it } from 'vitest';
import { parsePolicyText } from '../../../operator/policy-files/policy-text.ts';
import { limits } from '../../../shared/limits.ts';

describe('the text of a policy', () => {
  it.each([
    ['cut JSON', '{"tenant":', 'is not JSON: value expected in line 1, column 11'],
    [
      'a comma too many',
      '{\n  "tenant": "a",\n}',
      'is not JSON: property name expected in line 3, column 1',
    ],
    ['a comma too few', '{"a":1 "b":2}', 'is not JSON: comma expected in line 1, column 8'],
    ['a comment', '{}// no', 'is not JSON: invalid comment token in line 1, column 3'],
    ['nothing', '', 'is not JSON: value expected in line 1, column 1'],
    ['a cut nest', '['.repeat(60_000), 'is not JSON'],
    ['more than it may have', ' '.repeat(limits.policyBytes + 1), 'is larger than 65536 bytes'],
  ])('is refused with %s and the position', (_what, text, message) => {
    expect(parsePolicyText(text)).toEqual({ issues: [{ path: '', message }] });
  });

  it('is not quoted, because the file may be a secret', () => {
    const parsed = parsePolicyText('root:x:0:0:secret:/root:/bin/bash');
    expect(JSON.stringify(parsed)).not.toMatch(/root|secret/);
  });

  it('may begin with a byte-order mark', () => {
    expect(parsePolicyText('\uFEFF{"tenant":"acme"}')).toEqual({ document: { tenant: 'acme' } });
  });

  it('is refused with a repeated field, of which JSON would drop the first', () => {
    const text =
      '{"tenant":"a","operations":{"resize":{"w":[1],"w":[2]},"blur":{"w":1}},"tenant":"b"}';
    const message = 'occurs more than once; keep one';
    expect(parsePolicyText(text)).toEqual({
      issues: [
        { path: 'operations.resize.w', message },
        { path: 'tenant', message },
      ],
    });
  });

  it('may have the same field in several objects, and a name with a dot', () => {
    const document = { a: { b: 1 }, 'a.b': 1, list: [{ b: 1 }, { b: 2 }] };
    expect(parsePolicyText(JSON.stringify(document))).toEqual({ document });
  });
});
