import { describe, expect, it } from 'vitest';
import { settingNames } from '../../infra/settings.ts';
import { codeBlocks } from '../docs/pages.ts';
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

/** What would lose data or break URLs if CloudFormation replaced it: its logical id and its name. */
function lasting(template: Template): Readonly<Record<string, unknown>> {
  const found = [
    ...ofType(template, 'AWS::S3::Bucket'),
    ...ofType(template, 'AWS::SecretsManager::Secret'),
  ];
  return Object.fromEntries(
    found.map(([id, { Properties }]) => [id, Properties['BucketName'] ?? Properties['Name']]),
  );
}

/** As the first release of Signet made them. */
const released = (name: string) => ({
  logsBucket35870DE7: `${name}-logs-111111111111`,
  configBucketED6325D8: `${name}-config-111111111111`,
  sourcesBucket836A7116: `${name}-sources-111111111111`,
  derivativesBucketDE4F9E76: `${name}-derivatives-111111111111`,
  rootsSecretBE67CB5C: 'signet/roots',
  renderSecretB40E97D5: 'signet/render',
  publisherSecret6633D330: 'signet/publisher',
});

describe('no secret and no bucket is replaced', () => {
  it.each(['signet', 'img'])('by an upgrade of the stack %s', (name) => {
    expect(lasting(templateFor({ name }))).toEqual(released(name));
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
    expect(lasting(templateFor({ name: 'img', ...changed[setting] }))).toEqual(released('img'));
    const own = { name: 'img', secretsPrefix: 'img' };
    expect(lasting(templateFor({ ...own, ...changed[setting] }))).toEqual(
      lasting(templateFor(own)),
    );
  });
});
