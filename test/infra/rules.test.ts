import { type App, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { readStackSettings } from '../../infra/settings.ts';
import { realisticSettings } from './realistic-settings.ts';
import { account, withApp } from './synth.ts';

/* The rules of CloudFormation and of cdk-nag. */

it('the names of all these deployments differ, so one account holds them', () => {
  const names = realisticSettings.map(([, context]) => readStackSettings(context, account).name);
  expect([names.length, new Set(names).size]).toEqual([5, 5]);
});

/** The findings of cdk-nag that the stack acknowledges, with the reasons. */
function acknowledged(app: App): ReadonlyMap<string, string> {
  const entries = app.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.entries(data as Readonly<Record<string, string>>));
  const named = entries.map(([id, reason]) => [id.replace(/^Annotation::/, ''), reason] as const);
  return new Map(named.filter(([id]) => id.startsWith('AwsSolutions-')));
}

describe.each(realisticSettings)('%s', (_what, context) => {
  it('passes all rules', () => {
    expect(() => withApp(context, true, ({ app }) => app.synth())).not.toThrow();
  });

  it('acknowledges exactly the findings, each with a reason', () => {
    const [said, found] = withApp(context, false, ({ app }) => {
      const rules = new AwsSolutionsChecks(app);
      Reflect.set(rules, 'isAcknowledged', () => false);
      const names = rules.validateScope(app).violations.map(({ ruleName }) => ruleName);
      return [acknowledged(app), new Set(names)] as const;
    });
    expect([...said.keys()].toSorted()).toEqual([...found].toSorted());
    for (const [, reason] of said) expect(reason.length).toBeGreaterThan(15);
  });
});

it('prefixes with spaces, brackets and other letters pass all rules', () => {
  const names = ['a b', 'a[b', 'a)b', 'a+b', 'ä', 'a::b', "a'b", 'a,b', 'a--b', '%20'];
  const entry = { bucket: 'photos', region: 'eu-west-1', tenants: ['acme'] };
  const entries = names.map((name) => [
    `s-${names.indexOf(name)}`,
    { ...entry, prefix: `${name}/` },
  ]);
  const context = { sources: Object.fromEntries(entries) };
  expect(() => withApp(context, true, ({ app }) => app.synth())).not.toThrow();
});
