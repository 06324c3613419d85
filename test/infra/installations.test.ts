import { describe, expect, it } from 'vitest';
import { settingNames } from '../../infra/settings.ts';
import { codeBlocks } from '../docs/pages.ts';
import {
  earlierResources,
  fixedProperties,
  reduceToFixed,
  replacedBy,
} from './earlier-template.ts';
import { at, domains, ofType, type Template, templateFor } from './synth.ts';

/* Several installations in one account, and one installation over time. */

/** The properties with which a template gives a name to a resource. */
const nameProperties = [
  ...[
    'AlarmName',
    'BucketName',
    'DashboardName',
    'FunctionName',
    'LogGroupName',
    'Name',
    'RoleName',
  ],
  ...['ManagedPolicyName', 'QueueName', 'TopicName'],
];
/** CloudFront's policies have their names inside. */
const configs = ['CachePolicyConfig', 'ResponseHeadersPolicyConfig', 'OriginAccessControlConfig'];

/** The type and the name of every resource that has one. */
function namesIn({ Resources }: Template): readonly string[] {
  return Object.values(Resources).flatMap(({ Type, Properties = {} }) => {
    const own = nameProperties.map((property) => Properties[property]);
    const inner = configs.map((config) => at(Properties, config, 'Name'));
    return [...own, ...inner].flatMap((name) =>
      typeof name === 'string' ? `${Type} ${name}` : [],
    );
  });
}

const sources = {
  photos: { bucket: 'photos', region: 'eu-west-1', prefix: '{tenant}/', tenants: ['acme'] },
};
/** The example of docs/deploying.md. */
const [example = ''] = codeBlocks('docs/deploying.md', 'json').filter((one) =>
  /-staging/.test(one),
);
const { signet: staging } = JSON.parse(example) as {
  readonly signet: Readonly<Record<'name' | 'secretsPrefix', string>>;
};
const production = templateFor({ sources, firewall: {} });

describe('two installations in one account', () => {
  const second = templateFor({ ...staging, sources, firewall: {} });

  it('share no name', () => {
    const names = namesIn(production);
    expect(names.length).toBeGreaterThan(28);
    const both = [...names, ...namesIn(second)];
    expect(new Set(both).size).toBe(both.length);
  });

  it('count their requests apart, so that an alarm of one does not tell of the other', () => {
    const namespaces = (template: Template) =>
      new Set(
        ofType(template, 'AWS::CloudWatch::Alarm')
          .filter(([, { Properties }]) =>
            /-(?:Render|Rotation)/.test(String(Properties['AlarmName'])),
          )
          .flatMap(([, { Properties }]) => (at(Properties, 'Metrics') as readonly unknown[]) ?? [])
          .map((metric) => at(metric, 'MetricStat', 'Metric', 'Namespace'))
          .filter((namespace) => String(namespace).startsWith('Signet')),
      );
    expect([...namespaces(production)]).toEqual(['Signet']);
    expect([...namespaces(second)]).toEqual(['Signet/signet-staging']);
  });

  it('read their own secrets', () => {
    const text = JSON.stringify(second);
    expect(text).toContain('"SIGNET_SECRETS_PREFIX":"signet-staging"');
    expect(second.Outputs['SecretsPrefix']?.Value).toBe('signet-staging');
    expect(text).not.toContain('signet/roots');
  });
});

/** The buckets and secrets of a template. */
const stores = (template: Template) => [
  ...ofType(template, 'AWS::S3::Bucket'),
  ...ofType(template, 'AWS::SecretsManager::Secret'),
];

describe('nothing that holds data, and no secret, is replaced', () => {
  /** By a deployment of today over what a stack of this name has. */
  const replaced = (name: string, settings: object = {}) =>
    replacedBy(earlierResources(name), reduceToFixed(templateFor({ name, ...settings })));

  it.each(['signet', 'img'])('by an upgrade of the stack %s', (name) => {
    expect(replaced(name)).toEqual([]);
    const kinds = Object.values(earlierResources(name)).map(({ Type }) => Type);
    expect([kinds.length, new Set(kinds)]).toEqual([20, new Set(Object.keys(fixedProperties))]);
  });

  it('by a removal of a resource from the template, since buckets and secrets are kept', () => {
    for (const [, one] of stores(templateFor()))
      expect([one.DeletionPolicy, one.UpdateReplacePolicy]).toEqual([
        'RetainExceptOnCreate',
        'Retain',
      ]);
  });

  it.each<readonly [string, (text: string) => string, string]>([
    [
      'the name of a bucket',
      (text) => text.replace('"BucketName":"signet-sources', '"BucketName":"signet-images'),
      'sourcesBucket836A7116 has another BucketName',
    ],
    [
      'the name of a secret',
      (text) => text.replace('"Name":"signet/roots"', '"Name":"signet/root"'),
      'rootsSecretBE67CB5C has another Name',
    ],
    [
      'a logical id',
      (text) => text.replaceAll('publisherSecret6633D330', 'publisherSecret00000000'),
      'publisherSecret6633D330 is gone',
    ],
    [
      'the type of a queue',
      (text) => text.replace('"AWS::SQS::Queue"', '"AWS::SNS::Topic"'),
      'PurgeDead19E93A0D is another type',
    ],
    [
      'a name that a queue did not have',
      (text) => text.replace(/("PurgeQueueDB15AA5E":.*?"Properties":{)/, '$1"QueueName":"purge",'),
      'PurgeQueueDB15AA5E has another QueueName',
    ],
    [
      'the secret that is rotated',
      (text) => text.replaceAll('{"Ref":"rootsSecretBE67CB5C"}', '{"Ref":"renderSecretB40E97D5"}'),
      'RotationSchedule has another SecretId',
    ],
  ])('as this test finds: %s', (_what, change, finding) => {
    const { Resources } = templateFor();
    const changed = JSON.parse(change(JSON.stringify({ Resources }))) as typeof production;
    expect(replacedBy(earlierResources('signet'), reduceToFixed(changed))).toEqual([finding]);
  });

  /** A value of each setting that is not its default. */
  const changed: Readonly<Record<string, object>> = {
    hosts: domains,
    certificateArn: domains,
    region: { region: 'us-east-1' },
    disabledFormats: { disabledFormats: ['gif', 'webp'] },
    corsOrigins: { corsOrigins: ['https://www.example.com'] },
    uploadOrigins: { uploadOrigins: ['https://www.example.com'] },
    sources: { sources },
    originShieldRegion: { originShieldRegion: 'eu-west-1' },
    priceClass: { priceClass: '100' },
    firewall: { firewall: {} },
    alarmEmail: { alarmEmail: 'ops@example.com' },
    logOneIn: { logOneIn: 1 },
    logDays: { logDays: 400 },
    reservedConcurrency: { reservedConcurrency: 5 },
    rotationDays: { rotationDays: 7 },
    tags: { tags: { team: 'images' } },
  };
  /** Another name or account is another stack. A change of the prefix is refused: test/tasks/secrets.test.ts. */
  const others = ['name', 'account', 'secretsPrefix'];

  it.each(settingNames.filter((name) => !others.includes(name)))('by the setting %s', (setting) => {
    expect(changed[setting]).toBeDefined();
    expect(replaced('img', changed[setting])).toEqual([]);
    const own = { name: 'img', secretsPrefix: 'img' };
    const [before, after] = [own, { ...own, ...changed[setting] }].map((context) =>
      reduceToFixed(templateFor(context)),
    );
    expect(replacedBy(before ?? {}, after ?? {})).toEqual([]);
  });
});
