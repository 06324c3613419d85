import { describe, expect, it } from 'vitest';
import { functionConfigs } from '../../infra/edge-config.ts';
import { namesFor } from '../../infra/names.ts';
import { readStackSettings } from '../../infra/settings.ts';
import { manySources, manyTenants } from '../shared/policy/many-sources.ts';
import { account, at, ofType, type Resource, type Template, templateFor } from './synth.ts';

/* What the stack does for buckets that it does not own. */

const owner = '222222222222';
const key = `arn:aws:kms:eu-west-1:${owner}:key/11111111-2222-3333-4444-555555555555`;
const photos = {
  ...{
    bucket: 'my-photos',
    region: 'eu-west-1',
    prefix: 'img/{tenant}/',
    tenants: ['acme', 'zed'],
  },
  ...{ account: owner, key },
};
const scans = {
  ...{ bucket: 'my.scans', region: 'us-east-1', prefix: 'a/', tenants: ['acme'], list: false },
};
const sources = { photos, scans };
const plain = templateFor();
const template = templateFor({ sources });

const roleOf = (of: Template): Resource | undefined =>
  ofType(of, 'AWS::IAM::Role').find(([id]) => id.startsWith('RenderRole'))?.[1];

type Statement = {
  readonly Action: unknown;
  readonly Resource: unknown;
  readonly Condition?: unknown;
};

const statementsOf = (of: Template): readonly Statement[] =>
  at(roleOf(of)?.Properties, 'Policies', 0, 'PolicyDocument', 'Statement') as readonly Statement[];

const listOf = (value: unknown): readonly unknown[] => [value].flat();

/** What statements allow, one line for each action and resource. The CDK joins statements. */
const grantsIn = (statements: unknown): readonly string[] =>
  (statements as readonly Statement[]).flatMap(({ Action, Resource: on, Condition = {} }) =>
    listOf(Action).flatMap((action) =>
      listOf(on).map((one) => JSON.stringify([action, one, Condition])),
    ),
  );

const grantsOf = (of: Template): readonly string[] => grantsIn(statementsOf(of));

/** What only a deployment with other buckets grants. */
function added(of: Template): readonly string[] {
  const known = new Set(grantsOf(plain));
  return grantsOf(of).filter((one) => !known.has(one));
}

describe('the render role', () => {
  it('has a name that other accounts can write into their policies', () => {
    expect(roleOf(plain)?.Properties['RoleName']).toBe('signet-render');
    expect(roleOf(templateFor({ name: 'staging' }))?.Properties['RoleName']).toBe('staging-render');
  });

  it('is a resource of its own, so an upgrade removes the earlier role only after the functions have left it', () => {
    const ids = ofType(plain, 'AWS::IAM::Role').map(([id]) => id);
    expect(ids.filter((id) => id.startsWith('OriginResponseRole'))).toEqual([]);
    const [, render] =
      ofType(plain, 'AWS::Lambda::Function').find(([id]) => id.startsWith('OriginResponse')) ?? [];
    expect(render?.DependsOn).toContain(ids.find((id) => id.startsWith('RenderRole')));
  });

  it('reads the parts of the listed tenants, and decrypts only for S3 in that Region', () => {
    const s3 = (action: string, resource: string) =>
      JSON.stringify([`s3:${action}`, `arn:aws:s3:::${resource}`, {}]);
    const viaS3 = { StringEquals: { 'kms:ViaService': 's3.eu-west-1.amazonaws.com' } };
    expect(added(template).toSorted()).toEqual(
      [
        s3('GetObject', 'my-photos/img/acme/*'),
        s3('GetObject', 'my-photos/img/zed/*'),
        s3('GetObject', 'my.scans/a/*'),
        s3('ListBucket', 'my-photos'),
        JSON.stringify(['kms:Decrypt', key, viaS3]),
      ].toSorted(),
    );
    expect(grantsOf(plain).filter((one) => !grantsOf(template).includes(one))).toEqual([]);
  });

  it('is the only role that changes', () => {
    const others = (of: Template) =>
      ofType(of, 'AWS::IAM::Role').filter(([id]) => !id.startsWith('RenderRole'));
    expect(others(template)).toEqual(others(plain));
  });

  it('fits into a policy with 50 entries for 50 tenants, and reads nothing in front of their prefixes', () => {
    const many = templateFor({ sources: manySources });
    // IAM's limit for all inline policies of a role.
    expect(JSON.stringify(at(roleOf(many)?.Properties, 'Policies')).length).toBeLessThan(10_240);
    const heads = Object.values(manySources).map(
      ({ bucket, prefix }) => `arn:aws:s3:::${bucket}/${prefix.replace(/\{.*$/, '')}*`,
    );
    const granted = added(many).filter((one) => one.includes('GetObject'));
    expect(granted.toSorted()).toEqual(
      [...new Set(heads)].map((arn) => JSON.stringify(['s3:GetObject', arn, {}])).toSorted(),
    );
  });

  it('that would need more is refused before anything is built', () => {
    const many = Array.from({ length: 90 }, (_one, at) => [
      `s-${at}`,
      { ...scans, prefix: `${'long-'.repeat(20)}${at}/` },
    ]);
    expect(() => readStackSettings({ sources: Object.fromEntries(many) }, account)).toThrow(
      'signet.sources needs more permissions than a role can have; use {tenant} instead of one entry for each tenant, or fewer buckets',
    );
  });
});

describe('the policy of operators', () => {
  const documentOf = (of: Template): unknown =>
    at(
      ofType(of, 'AWS::IAM::ManagedPolicy').find(([id]) => id.startsWith('OperatorPolicy'))?.[1],
      ...['Properties', 'PolicyDocument', 'Statement'],
    );

  /** What it allows for buckets of others. */
  const foreign = (of: Template): readonly string[] => {
    const known = new Set(grantsIn(documentOf(plain)));
    return grantsIn(documentOf(of)).filter((one) => !known.has(one));
  };

  it('reads and lists what the render role may, because block, purge and explain look at sources', () => {
    expect(foreign(template).toSorted()).toEqual(added(template).toSorted());
  });

  it('has no room for the buckets of a deployment with very many entries', () => {
    const many = Array.from({ length: 40 }, (_one, at) => [
      `s-${at}`,
      { ...scans, bucket: `${'scans-'.repeat(8)}${at}` },
    ]);
    const crowded = templateFor({ sources: Object.fromEntries(many) });
    expect(foreign(crowded)).toEqual([]);
    expect(added(crowded).length).toBeGreaterThanOrEqual(40);
  });

  it('is the only one that changes', () => {
    const others = (of: Template) =>
      ofType(of, 'AWS::IAM::ManagedPolicy').filter(([id]) => !id.startsWith('OperatorPolicy'));
    expect(others(template)).toEqual(others(plain));
  });
});

describe('the functions', () => {
  const settings = readStackSettings({ sources }, account);
  const configs = functionConfigs(settings, namesFor(settings), '1.2.3');

  it('that read or purge sources know the entries with their owners, and no other does', () => {
    const owned = { photos, scans: { ...scans, account } };
    expect(configs.originResponse.sources).toEqual(owned);
    expect(configs.purge).toEqual({ sources: owned });
    expect(configs.viewerRequest.sources).toEqual({});
  });

  it('are told apart by the metadata for the commands', () => {
    expect(at(template.Metadata, 'Signet', 'sources')).toEqual({
      photos,
      scans: { ...scans, account },
    });
    expect(at(plain.Metadata, 'Signet', 'sources')).toEqual({});
  });

  it('keep their environments, which have room for 4 KB', () => {
    const variables = (of: Template) =>
      ofType(of, 'AWS::Lambda::Function').map(([, { Properties }]) => Properties['Environment']);
    expect(variables(templateFor({ sources: manySources }))).toEqual(variables(plain));
  });
});

describe('the events of other buckets', () => {
  const [busId] = ofType(template, 'AWS::Events::EventBus')[0] ?? [];
  const [ruleId, rule] =
    ofType(template, 'AWS::Events::Rule').find(([id]) => !id.startsWith('RotationCheck')) ?? [];
  const [queueId] =
    ofType(template, 'AWS::SQS::Queue').find(([id]) => id.startsWith('PurgeQueue')) ?? [];

  it('come to a bus of the stack, and only from S3 of the accounts that own the buckets', () => {
    expect(template.Resources[busId ?? '']?.Properties['Name']).toBe('signet-sources');
    const policies = ofType(template, 'AWS::Events::EventBusPolicy');
    expect(policies.map(([, { Properties }]) => at(Properties, 'Statement'))).toEqual([
      {
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${owner}:root` },
        Action: 'events:PutEvents',
        Resource: { 'Fn::GetAtt': [busId, 'Arn'] },
        Condition: { 'ForAllValues:StringEquals': { 'events:source': 'aws.s3' } },
      },
    ]);
    expect(template.Outputs['SourceEventBus']?.Value).toEqual({ 'Fn::GetAtt': [busId, 'Arn'] });
  });

  it('are passed to the purge queue', () => {
    expect(rule?.Properties).toMatchObject({
      EventPattern: {
        source: ['aws.s3'],
        account: [account, owner],
        'detail-type': ['Object Created', 'Object Deleted'],
      },
      Targets: [{ Arn: { 'Fn::GetAtt': [queueId, 'Arn'] } }],
    });
    const policy = ofType(template, 'AWS::SQS::QueuePolicy').find(([id]) =>
      id.startsWith('PurgeQueue'),
    );
    const allowed = (
      at(policy?.[1].Properties, 'PolicyDocument', 'Statement') as readonly unknown[]
    ).filter((one) => JSON.stringify(at(one, 'Principal')).includes('events.amazonaws.com'));
    expect(allowed).toHaveLength(1);
    expect(allowed[0]).toMatchObject({
      Effect: 'Allow',
      Condition: { ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [ruleId, 'Arn'] } } },
    });
  });

  it('never change the notifications of a bucket, and no bucket is made', () => {
    expect(ofType(template, 'AWS::S3::Bucket')).toEqual(ofType(plain, 'AWS::S3::Bucket'));
    const custom = Object.values(template.Resources).filter(({ Type }) =>
      Type.startsWith('Custom::'),
    );
    expect(custom).toEqual([]);
  });

  /** Rules of the account's own bus have no name of one. */
  const onBuses = (of: Template, type: string) =>
    ofType(of, type).filter(
      ([, { Properties }]) =>
        type !== 'AWS::Events::Rule' || Properties['EventBusName'] !== undefined,
    );

  it('have no bus in a deployment that lists no bucket', () => {
    for (const type of [
      'AWS::Events::EventBus',
      'AWS::Events::Rule',
      'AWS::Events::EventBusPolicy',
    ])
      expect(onBuses(plain, type)).toEqual([]);
    expect(plain.Outputs['SourceEventBus']).toBeUndefined();
  });
});

describe('a deployment', () => {
  it('that lists buckets replaces nothing that another had: what both have is equal, but for the role, the policy of operators, the queue policy and the functions', () => {
    // The zips of the two templates differ in their times.
    const textOf = (value: unknown): string =>
      JSON.stringify(value)
        .replace(/[0-9a-f]{64}/g, '')
        .replace(/CurrentVersion[0-9A-Fa-f]+/g, '');
    const textsOf = ({ Resources }: Template) =>
      new Map(Object.entries(Resources).map(([id, one]) => [textOf(id), textOf(one)]));
    const [before, after] = [textsOf(plain), textsOf(template)];
    const changed = [...before].filter(([id, one]) => after.get(id) !== one);
    expect(changed.map(([id]) => id.replace(/[0-9A-F]{8}"$/, '').slice(1))).toEqual([
      'RenderRole',
      'PurgeQueuePolicy',
      'OperatorPolicy',
    ]);
  });

  it.each([
    [
      { photos: { ...photos, bucket: `signet-sources-${account}` } },
      "signet.sources.photos.bucket is one of this installation's own buckets",
    ],
    [{ photos: { ...photos, prefix: 'img' } }, 'signet.sources.photos.prefix does not end in /'],
    [
      { a: scans, b: { ...scans, prefix: 'a/b/' } },
      'signet.sources has entries that share keys: "a" (my.scans/a/ of acme) and "b" (my.scans/a/b/ of acme) overlap',
    ],
    [{ photos: { ...photos, bukcet: 'x' } }, 'signet.sources.photos.bukcet is not a setting'],
    [[], 'signet.sources expects an object'],
  ])('with %j is refused in one sentence', (wrong, sentence) => {
    const read = () => readStackSettings({ sources: wrong }, account);
    expect(read).toThrow(sentence);
    expect(read).toThrow(/^[^\n]+$/);
  });

  it('accepts 50 entries for 50 tenants', () => {
    const settings = readStackSettings({ sources: manySources }, account);
    expect([Object.keys(settings.sources).length, manyTenants.length]).toEqual([50, 50]);
  });
});
