import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { policyDocument } from '../../build/permission-tables.ts';
import { deployment } from '../../shared/deployment/deployer.ts';
import { rights } from '../../shared/deployment/rights.ts';
import {
  operatorSourceCharacters,
  sourcePermissions,
} from '../../shared/deployment/source-permissions.ts';
import type { SourceEntries } from '../../shared/policy/source-entries.ts';
import { account, at, domains, ofType, type Template, templateFor } from './synth.ts';

/*
 * Compares the deployed permissions with the table in docs/permissions.md. A statement that is missing in
 * either of them fails the test.
 */

const page = readFileSync(new URL('../../docs/permissions.md', import.meta.url), 'utf8');

type Grant = { readonly who: string; readonly may: string; readonly on: string };
const grantText = ({ who, may, on }: Grant): string => `${who} may ${may} on ${on}`;

/** The resources in a cell: ARNs of the installation in the template, or one name. */
function resourcesIn(cell: string): readonly string[] {
  if (!/^`(?:arn:|\*`)/.test(cell)) return [cell.replaceAll('`', '')];
  const filled = cell.replaceAll('NAME', 'signet').replaceAll('ACCOUNT', account);
  return [...filled.matchAll(/`([^`]+)`/g)].map(([, arn = '']) => called(arn, undefined));
}

/** The grants in the last table of a generated block. */
function tableRows(block: string): readonly Grant[] {
  const [, text = ''] =
    new RegExp(`<!-- generated: ${block} -->([\\s\\S]*?)<!-- end -->`).exec(page) ?? [];
  const table = text.trim().split('\n\n').at(-1) ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.includes('---'));
  return rows.slice(1).flatMap((line) => {
    const [, who = '', may = '', on = ''] = line.split('|').map((cell) => cell.trim());
    const actions = [...may.matchAll(/`([^`]+)`/g)].map(([, action = '']) => action);
    return actions.flatMap((action) =>
      resourcesIn(on).map((one) => ({ who, may: action, on: one })),
    );
  });
}

type Statement = {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Condition?: unknown;
  readonly Principal?: unknown;
};

const listOf = <T>(value: T | readonly T[]): readonly T[] => [value].flat() as readonly T[];

const parts: readonly (readonly [RegExp, string])[] = [
  [/^ViewerRequestRole/, 'viewer-request'],
  [/^RenderRole/, 'origin-response'],
  [/^PurgeRole/, 'purge function'],
  [/^SecretKeeperRole/, 'secret keeper'],
];

function whoIs(id: string): string {
  return parts.find(([form]) => form.test(id))?.[1] ?? id;
}

function objectsCalled(kind: string, prefix: string | undefined, condition: unknown): string {
  const absent = JSON.stringify(condition) === '{"Null":{"s3:if-none-match":"false"}}';
  return `objects of ${kind}${prefix ? ` below ${prefix}` : ''}${absent ? ', only new ones' : ''}`;
}

/** Resources that are named by a reference to them. */
const references: Readonly<Record<string, string>> = {
  rootsSecret: 'secret signet/roots',
  renderSecret: 'secret signet/render',
  publisherSecret: 'secret signet/publisher',
  PurgeQueue: 'the purge queue',
  PurgeDead: 'the dead-letter queue',
  PurgeLogs: 'the log group of the purge function',
  SecretKeeperLogs: 'the log group of the secret keeper',
};

/** The name of a resource in the table. Other resources keep their ARN, which is not in the table. */
function called(resource: unknown, condition: unknown): string {
  const text = typeof resource === 'string' ? resource : JSON.stringify(resource);
  const [, bucket] = /^arn:aws:s3:::signet-([a-z]+)-1{12}$/.exec(text) ?? [];
  if (bucket !== undefined) return `bucket of ${bucket}`;
  const [, kind, prefix] = /^arn:aws:s3:::signet-([a-z]+)-1{12}\/([a-z]+\/)?\*$/.exec(text) ?? [];
  if (kind !== undefined) return objectsCalled(kind, prefix, condition);
  const [, of, object] = /^arn:aws:s3:::signet-([a-z]+)-1{12}\/([a-z.]+)$/.exec(text) ?? [];
  if (object !== undefined) return `object ${object} of ${of}`;
  const [, id = ''] =
    /^\{"(?:Ref":|Fn::GetAtt":\[)"([A-Za-z]+?)[0-9A-F]{8}"(?:,"Arn"\])?\}$/.exec(text) ?? [];
  const referred = references[id];
  if (referred !== undefined) return referred;
  if (/^\{"Fn::Join":.*cloudfront::1{12}:distribution.*"Ref":"Distribution/.test(text))
    return 'the distribution';
  return text;
}

function inlineStatements(template: Template): readonly (Statement & { readonly id: string })[] {
  return ofType(template, 'AWS::IAM::Role').flatMap(([id, { Properties }]) =>
    (at(Properties, 'Policies') as readonly unknown[]).flatMap((policy) =>
      (at(policy, 'PolicyDocument', 'Statement') as readonly Statement[]).map((one) => ({
        ...one,
        id,
      })),
    ),
  );
}

const aboutLogs = ({ Action }: Statement): boolean =>
  listOf(Action).every((action) => action.startsWith('logs:'));

function rolesGrants(template: Template): readonly Grant[] {
  return inlineStatements(template)
    .filter((one) => !aboutLogs(one))
    .flatMap(({ id, Action, Resource, Condition }) =>
      listOf(Action).flatMap((may) =>
        listOf(Resource).map((one) => ({ who: whoIs(id), may, on: called(one, Condition) })),
      ),
    );
}

/** CloudFront has no role. The policy of the derivatives bucket allows this distribution. */
function cloudFrontGrants(template: Template): readonly Grant[] {
  return ofType(template, 'AWS::S3::BucketPolicy').flatMap(([, { Properties }]) => {
    const statements = at(Properties, 'PolicyDocument', 'Statement') as readonly Statement[];
    return statements
      .filter(({ Principal }) => JSON.stringify(Principal).includes('cloudfront.amazonaws.com'))
      .flatMap(({ Action, Resource, Condition }) => {
        expect(JSON.stringify(Condition)).toMatch(
          /AWS:SourceArn.*distribution.*"Ref":"Distribution/,
        );
        // One statement covers two actions; each applies to one of the two resources.
        const resources = listOf(Resource).map((one) => JSON.stringify(one));
        expect(resources).toEqual([
          expect.stringMatching(/^\{"Fn::GetAtt":\["derivativesBucket[0-9A-F]+","Arn"\]\}$/),
          expect.stringMatching(/"derivativesBucket[0-9A-F]+","Arn"\]\},"\/\*"\]\]\}$/),
        ]);
        return listOf(Action).map((may) => ({
          who: 'CloudFront',
          may,
          on: `${may === 's3:ListBucket' ? 'bucket' : 'objects'} of derivatives`,
        }));
      });
  });
}

type Managed = { readonly name: string; readonly statements: readonly Statement[] };

const managedPolicies = (template: Template): readonly Managed[] =>
  ofType(template, 'AWS::IAM::ManagedPolicy').map(([, { Properties }]) => ({
    name: String(Properties['ManagedPolicyName']).replace(/^signet-/, ''),
    statements: at(Properties, 'PolicyDocument', 'Statement') as readonly Statement[],
  }));

describe('the managed policies', () => {
  const longName = 'a-name-of-24-characters-';
  const entriesOf = (count: number): SourceEntries =>
    Object.fromEntries(
      Array.from({ length: count }, (_one, at) => {
        const key = `arn:aws:kms:ap-southeast-2:${account}:key/11111111-2222-3333-4444-${String(at).padStart(12, '0')}`;
        const bucket = `${'x'.repeat(59)}-${at}`;
        const place = { bucket, region: 'ap-southeast-2', prefix: '{tenant}/', tenants: ['acme'] };
        return [`s-${at}`, { ...place, ...(at % 3 === 0 ? { key } : {}) }];
      }),
    );
  const fits = (count: number): boolean =>
    sourcePermissions(entriesOf(count), operatorSourceCharacters) !== undefined;
  /** The most entries for which the policy of operators has room. */
  const most = Array.from({ length: 50 }, (_one, at) => at).findLast(fits) ?? 0;
  const template = templateFor({
    name: `${longName.slice(0, 23)}x`,
    sources: entriesOf(most),
  });

  /** An ARN is not longer than this. */
  const longArn = `arn:aws:secretsmanager:us-east-1:${account}:secret:${longName}/publisher-AbCdEf`;
  const sizeOf = (document: unknown): number =>
    JSON.stringify(document)
      .replaceAll(/\{"(?:Ref|Fn::GetAtt|Fn::Join)":.*?\}(?=[,\]}])/g, `"${longArn}"`)
      .replaceAll(/\s/g, '').length;

  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  it.each(Object.keys(rights))('are not longer than IAM allows: %s', (right) => {
    const found = ofType(template, 'AWS::IAM::ManagedPolicy').find(([, { Properties }]) =>
      String(Properties['ManagedPolicyName']).endsWith(`-${right}`),
    );
    const document = at(found?.[1].Properties, 'PolicyDocument');
    expect(sizeOf(document)).toBeGreaterThan(300);
    expect(sizeOf(document)).toBeLessThan(6_144);
    const has = JSON.stringify(document).includes(`${'x'.repeat(59)}-${most - 1}`);
    expect([most > 5, has]).toEqual([true, right === 'operator']);
  });

  it('are not longer than IAM allows, for a deployment', () => {
    const text = JSON.stringify(policyDocument(deployment));
    const filled = text.replaceAll(/NAME|PREFIX/g, longName).replaceAll('ACCOUNT', account);
    expect(filled.length).toBeLessThan(6_144);
  });

  it('let only operators read a secret that signs policies, and nobody write sources of Signet but uploaders', () => {
    const may = (action: string, on: string): readonly string[] =>
      tableRows('rights')
        .filter((one) => one.may === action && one.on === on)
        .map(({ who }) => who);
    expect(may('secretsmanager:GetSecretValue', 'secret signet/publisher')).toEqual(['operator']);
    expect(may('secretsmanager:GetSecretValue', 'secret signet/render')).toEqual(['operator']);
    expect(may('secretsmanager:GetSecretValue', 'secret signet/roots')).toEqual([
      ...['operator', 'minter'],
    ]);
    expect(may('s3:PutObject', 'objects of sources')).toEqual(['operator', 'uploader']);
    expect(may('s3:DeleteObject', 'objects of sources')).toEqual(['operator']);
    expect(may('s3:PutObject', 'objects of config below policies/')).toEqual(['operator']);
  });
});

describe.each([
  ['without a domain', {}],
  ['with domains and a firewall', { ...domains, firewall: {} }],
])('a stack %s', (_what, context) => {
  const template = templateFor(context);

  it('grants what docs/permissions.md lists, and nothing else', () => {
    const granted = [...rolesGrants(template), ...cloudFrontGrants(template)].map(grantText);
    expect(granted.toSorted()).toEqual(tableRows('permissions').map(grantText).toSorted());
    expect(granted.length).toBeGreaterThan(20);
  });

  it('contains only Allow statements in roles', () => {
    for (const { Effect } of inlineStatements(template)) expect(Effect).toBe('Allow');
  });

  it('has a managed policy for each right, which allows what docs/permissions.md lists', () => {
    const granted = managedPolicies(template).flatMap(({ name, statements }) =>
      statements.flatMap(({ Action, Resource, Condition }) =>
        listOf(Action).flatMap((may) =>
          listOf(Resource).map((one) => ({ who: name, may, on: called(one, Condition) })),
        ),
      ),
    );
    const listed = new Set(tableRows('rights').map(grantText));
    expect([...new Set(granted.map(grantText))].toSorted()).toEqual([...listed].toSorted());
    expect(listed.size).toBeGreaterThan(50);
  });

  it('attaches no managed policy', () => {
    expect(ofType(template, 'AWS::IAM::Policy')).toEqual([]);
    for (const [, { Properties }] of ofType(template, 'AWS::IAM::ManagedPolicy'))
      for (const attached of ['Groups', 'Roles', 'Users'])
        expect(Properties[attached]).toBeUndefined();
    for (const [, { Properties }] of ofType(template, 'AWS::IAM::Role'))
      expect(at(Properties, 'ManagedPolicyArns')).toBeUndefined();
  });

  it('lets each role write only its own log', () => {
    const logs = inlineStatements(template).filter(aboutLogs);
    expect(logs.map(({ id, Resource }) => [whoIs(id), listOf(Resource)])).toEqual([
      ['viewer-request', [`arn:aws:logs:*:${account}:log-group:/signet/signet-viewer-request:*`]],
      ['origin-response', [`arn:aws:logs:*:${account}:log-group:/signet/signet-origin-response:*`]],
      ['purge function', [{ 'Fn::GetAtt': [expect.stringMatching(/^PurgeLogs/), 'Arn'] }]],
      ['secret keeper', [{ 'Fn::GetAtt': [expect.stringMatching(/^SecretKeeperLogs/), 'Arn'] }]],
    ]);
  });

  it('trusts Lambda, and for edge functions Lambda@Edge', () => {
    const trusted = ofType(template, 'AWS::IAM::Role').map(([id, { Properties }]) => [
      whoIs(id),
      (at(Properties, 'AssumeRolePolicyDocument', 'Statement') as readonly Statement[])
        .flatMap(({ Principal }) => at(Principal, 'Service'))
        .toSorted(),
    ]);
    const [edge, here] = [
      ['edgelambda.amazonaws.com', 'lambda.amazonaws.com'],
      ['lambda.amazonaws.com'],
    ];
    expect(trusted).toEqual([
      ['viewer-request', edge],
      ['origin-response', edge],
      ['purge function', here],
      ['secret keeper', here],
    ]);
  });

  it('denies every change of the audit trail', () => {
    const denied = ofType(template, 'AWS::S3::BucketPolicy')
      .flatMap(
        ([, { Properties }]) =>
          at(Properties, 'PolicyDocument', 'Statement') as readonly Statement[],
      )
      .filter(({ Resource }) => JSON.stringify(Resource).includes('/audit/'));
    expect(denied).toEqual([
      {
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
        Resource: `arn:aws:s3:::signet-config-${account}/audit/*`,
      },
      {
        Effect: 'Deny',
        Principal: { AWS: '*' },
        Action: 's3:PutObject',
        Resource: `arn:aws:s3:::signet-config-${account}/audit/*`,
        Condition: { Null: { 's3:if-none-match': 'true' } },
      },
    ]);
  });
});
