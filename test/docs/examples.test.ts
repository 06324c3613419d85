import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { policyIssues } from '../../shared/policy/issues.ts';
import { codeBlocks, textOf } from './pages.ts';

/* What the pages show as an example is right. */

describe('docs/urls.md', () => {
  it('shows a signature that its own description gives', () => {
    const [, section = ''] = textOf('docs/urls.md').split('<!-- example: signature -->');
    const rows = [...section.matchAll(/^\| ([\w ]+) \| `(.+)` \|$/gm)];
    const shown = Object.fromEntries(rows.map(([, name = '', value = '']) => [name, value]));
    const { kid, exp, path: target, message = '', sig } = shown;
    expect(message.split('⏎')).toEqual(['signet.v1', kid, exp, target]);
    const made = createHmac('sha256', shown['signing key'] ?? '').update(
      message.replaceAll('⏎', '\n'),
    );
    expect(made.digest('base64url')).toBe(sig);
  });
});

const policies = ['README.md', 'docs/policies.md'].flatMap((page) =>
  codeBlocks(page, 'json').map((text) => ({ page, document: JSON.parse(text) as object })),
);

describe('a policy', () => {
  it.each(policies)('in $page can be published', ({ document }) => {
    const { extends: _bases, ...own } = document as Readonly<Record<string, unknown>>;
    // What a file takes out of its base is null, and the base is not on the page.
    const flat = JSON.parse(JSON.stringify(own), (_key, value) =>
      value === null ? undefined : value,
    );
    expect(policyIssues(flat)).toEqual([]);
  });
});
