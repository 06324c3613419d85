import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { namesFor } from '../../infra/names.ts';
import { readStackSettings } from '../../infra/settings.ts';
import { sourcePermissions } from '../../shared/deployment/source-permissions.ts';
import { at, ofType, templateFor } from '../infra/synth.ts';

/* What docs/deploying.md tells the owner of a bucket, against what the stack does with the same settings. */

const page = readFileSync(new URL('../../docs/deploying.md', import.meta.url), 'utf8');
const [, section = ''] = /^## Existing buckets\n([\s\S]*?)^## /m.exec(page) ?? [];
const blocks = (language: string): readonly string[] =>
  [...section.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, block = '']) => block,
  );
const [written = '', bucketPolicy = '', keyPolicy = '', policy = ''] = blocks('json');

const { sources } = JSON.parse(`{${written}}`) as {
  readonly sources: Readonly<Record<string, object>>;
};
const settings = readStackSettings({ sources }, '111111111111');
const names = namesFor(settings);
const role = `arn:aws:iam::111111111111:role/${names.renderRole}`;
const template = templateFor({ sources });

type Statement = Readonly<Record<'Action' | 'Resource' | 'Principal' | 'Condition', unknown>>;
const statements: readonly Statement[] = [
  ...(JSON.parse(bucketPolicy) as { readonly Statement: readonly Statement[] }).Statement,
  JSON.parse(keyPolicy) as Statement,
];

describe('the example of the page', () => {
  it('has all fields but list, and a row for each', () => {
    const rows = [...section.matchAll(/^\| `"([a-z]+)"` \|/gm)].map(([, name]) => name);
    expect(rows).toEqual([...Object.keys(sources['photos'] ?? {}), 'list']);
  });

  it('allows the role in the bucket and the key what the stack gives it', () => {
    const needed = sourcePermissions(settings.sources)?.flatMap(({ actions }) => actions);
    expect(statements.map(({ Action }) => Action)).toEqual(needed);
    for (const { Principal, Condition } of statements) {
      expect(Principal).toEqual({ AWS: 'arn:aws:iam::111111111111:root' });
      expect(at(Condition, 'ArnEquals', 'aws:PrincipalArn')).toBe(role);
    }
    expect(at(statements[2], 'Condition', 'StringEquals')).toEqual({
      'kms:ViaService': 's3.eu-west-1.amazonaws.com',
    });
  });

  it('names a source that the entry has', () => {
    const { source } = JSON.parse(`{${policy}}`) as { readonly source: { readonly from: string } };
    expect(Object.keys(sources)).toContain(source.from);
  });
});

describe('the commands for the events', () => {
  const commands = blocks('sh').join('');
  const documents = [...commands.matchAll(/'(\{.*?\})'$|'(\{.*?\})' /gm)].map(
    ([, one, other]) => JSON.parse(one ?? other ?? '') as unknown,
  );

  it('are JSON where they have to be', () => {
    expect(documents).toHaveLength(3);
    expect(at(documents[0], 'Statement', 0, 'Principal')).toEqual({
      Service: 'events.amazonaws.com',
    });
  });

  it('name the bus of the stack, and may send to it alone', () => {
    const bus = `arn:aws:events:us-east-1:111111111111:event-bus/${names.sourceEvents}`;
    expect(at(documents[1], 'Statement', 0)).toMatchObject({
      Action: 'events:PutEvents',
      Resource: bus,
    });
    expect(commands).toContain(`Arn=${bus},`);
    const [, { Properties } = { Properties: {} }] =
      ofType(template, 'AWS::Events::EventBus')[0] ?? [];
    expect(at(Properties, 'Name')).toBe(names.sourceEvents);
  });

  it('send the events that the stack takes', () => {
    const [, rule] = ofType(template, 'AWS::Events::Rule')[0] ?? [];
    const taken = at(rule?.Properties, 'EventPattern');
    expect(documents[2]).toMatchObject({
      source: at(taken, 'source'),
      'detail-type': at(taken, 'detail-type'),
      detail: { bucket: { name: ['my-photos'] }, object: { key: [{ prefix: 'images/' }] } },
    });
  });
});
