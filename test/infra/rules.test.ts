import { Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it, vi } from 'vitest';
import { domains, withApp } from './synth.ts';

/* The rules of CloudFormation and of cdk-nag. */

const contexts = [
  ['without a domain', {}],
  ['with domains and a firewall', { ...domains, firewall: {}, originShieldRegion: false }],
] as const;

describe.each(contexts)('a stack %s', (_what, context) => {
  it('passes all rules', () => {
    expect(() => withApp(context, true, ({ app }) => app.synth())).not.toThrow();
  });

  it('acknowledges exactly the findings, each with a reason', () => {
    const said = new Map<string, string>();
    const spy = vi
      .spyOn(Validations.prototype, 'acknowledge')
      .mockImplementation((...all: readonly { readonly id: string; readonly reason: string }[]) => {
        for (const { id, reason } of all) said.set(id, reason);
      });
    const found = withApp(context, false, ({ app }) => {
      const report = new AwsSolutionsChecks(app).validateScope(app);
      return new Set(report.violations.map(({ ruleName }) => ruleName));
    });
    spy.mockRestore();
    const ours = [...said.keys()].filter((id) => !id.startsWith('Annotation::'));
    expect(ours.toSorted()).toEqual([...found].toSorted());
    for (const [, reason] of said) expect(reason.length).toBeGreaterThan(15);
  });
});
