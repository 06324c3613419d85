import { describe, expect, it } from 'vitest';
import { responseHeaders, shortErrors } from '../../shared/deployment/delivery.ts';
import { limits } from '../../shared/limits.ts';
import { policyFields } from '../../shared/policy/fields.ts';
import {
  account,
  at,
  certificateArn,
  domains,
  ofType,
  type Resource,
  templateFor,
} from './synth.ts';

/* Checks what AWS would refuse at deployment or at run time, and mistakes that would only show as costs. */

const plain = templateFor();
const full = templateFor({
  ...domains,
  firewall: {},
  alarmEmail: 'ops@example.com',
  tags: { team: 'images' },
  disabledFormats: ['webp'],
});
const both = [
  ['plain', plain],
  ['full', full],
] as const;

const one = (template: typeof plain, type: string): Resource => {
  const [found, second] = ofType(template, type);
  if (found === undefined || second !== undefined) throw new Error(`not one ${type}`);
  return found[1];
};

const edgeNames = ['signet-viewer-request', 'signet-origin-response'];
const lambdas = (template: typeof plain) =>
  ofType(template, 'AWS::Lambda::Function').map(([id, { Properties }]) => ({ id, ...Properties }));
type Lambda = ReturnType<typeof lambdas>[number] & Readonly<Record<string, unknown>>;
const atTheEdge = (template: typeof plain): readonly Lambda[] =>
  lambdas(template).filter((fn) => edgeNames.includes(String(at(fn, 'FunctionName'))));

const behaviors = (template: typeof plain): readonly unknown[] => {
  const config = at(
    one(template, 'AWS::CloudFront::Distribution').Properties,
    'DistributionConfig',
  );
  return [
    at(config, 'DefaultCacheBehavior'),
    ...((at(config, 'CacheBehaviors') as unknown[]) ?? []),
  ];
};

describe.each(both)('the edge functions, %s,', (_what, template) => {
  it('have the limits of a viewer trigger and an origin trigger', () => {
    const found = atTheEdge(template).map((fn) => [
      fn['FunctionName'],
      fn['MemorySize'],
      fn['Timeout'],
    ]);
    expect(found).toEqual([
      ['signet-viewer-request', 128, 5],
      ['signet-origin-response', 1_536, 30],
    ]);
  });

  it('have time left to report their own timeout', () => {
    const seconds = atTheEdge(template).map((fn) => Number(fn['Timeout']));
    expect(seconds).toEqual([limits.viewerRequestSeconds + 0.5, limits.renderRequestSeconds + 5]);
  });

  it('run on Node 24, x86_64, from a zip, without features that Lambda@Edge lacks', () => {
    for (const fn of atTheEdge(template)) {
      expect(fn).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['x86_64'],
        Handler: 'index.handler',
        LoggingConfig: {
          LogFormat: 'JSON',
          SystemLogLevel: 'WARN',
          ApplicationLogLevel: 'INFO',
          LogGroup: expect.anything(),
        },
      });
      const absent = [
        'Environment',
        'Layers',
        'VpcConfig',
        'TracingConfig',
        'DeadLetterConfig',
        'ImageConfig',
      ];
      for (const name of [
        ...absent,
        'EphemeralStorage',
        'FileSystemConfigs',
        'KmsKeyArn',
        'SnapStart',
      ])
        expect(fn[name]).toBeUndefined();
      expect(fn['PackageType'] ?? 'Zip').toBe('Zip');
      expect(at(fn, 'Code', 'S3Key')).toMatch(/\.zip$/);
    }
  });

  it('are attached by version number, and every version is retained', () => {
    const versions = ofType(template, 'AWS::Lambda::Version');
    expect(versions).toHaveLength(2);
    for (const [, { DeletionPolicy, UpdateReplacePolicy }] of versions)
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
    const ids = versions.map(([id]) => id);
    for (const behavior of behaviors(template)) {
      const attached = at(behavior, 'LambdaFunctionAssociations') as readonly unknown[];
      expect(
        attached.map((it) => [at(it, 'EventType'), at(it, 'LambdaFunctionARN', 'Ref')]),
      ).toEqual([
        ['viewer-request', ids.find((id) => id.startsWith('ViewerRequest'))],
        ['origin-response', ids.find((id) => id.startsWith('OriginResponse'))],
      ]);
      expect(attached.map((it) => at(it, 'IncludeBody'))).toEqual([undefined, undefined]);
    }
    expect(ofType(template, 'AWS::Lambda::Alias')).toEqual([]);
  });
});

describe.each(both)('the distribution, %s,', (_what, template) => {
  const config = at(
    one(template, 'AWS::CloudFront::Distribution').Properties,
    'DistributionConfig',
  );
  const caching = at(one(template, 'AWS::CloudFront::CachePolicy').Properties, 'CachePolicyConfig');

  it('has a cache key of the path only', () => {
    const key = at(caching, 'ParametersInCacheKeyAndForwardedToOrigin');
    expect(key).toEqual({
      CookiesConfig: { CookieBehavior: 'none' },
      HeadersConfig: { HeaderBehavior: 'none' },
      QueryStringsConfig: { QueryStringBehavior: 'none' },
      EnableAcceptEncodingGzip: false,
      EnableAcceptEncodingBrotli: false,
    });
    expect([at(caching, 'MinTTL'), at(caching, 'DefaultTTL'), at(caching, 'MaxTTL')]).toEqual([
      0, 86_400, 31_536_000,
    ]);
  });

  it('forwards nothing to the origin and compresses nothing', () => {
    for (const behavior of behaviors(template)) {
      expect(at(behavior, 'OriginRequestPolicyId')).toBeUndefined();
      expect(at(behavior, 'ForwardedValues')).toBeUndefined();
      expect(at(behavior, 'TrustedKeyGroups')).toBeUndefined();
      expect(behavior).toMatchObject({
        Compress: false,
        ViewerProtocolPolicy: 'https-only',
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS'],
        CachePolicyId: { Ref: expect.stringMatching(/^CachePolicy/) },
        ResponseHeadersPolicyId: { Ref: expect.stringMatching(/^ResponseHeaders/) },
      });
    }
    expect(behaviors(template)).toHaveLength(1);
  });

  it('reads S3 with origin access control, through Origin Shield', () => {
    const origins = at(config, 'Origins') as readonly unknown[];
    expect(origins).toHaveLength(1);
    expect(origins[0]).toMatchObject({
      OriginAccessControlId: expect.anything(),
      OriginShield: { Enabled: true, OriginShieldRegion: 'us-east-1' },
      S3OriginConfig: { OriginAccessIdentity: '' },
    });
    expect(one(template, 'AWS::CloudFront::OriginAccessControl').Properties).toMatchObject({
      OriginAccessControlConfig: {
        OriginAccessControlOriginType: 's3',
        SigningBehavior: 'always',
        SigningProtocol: 'sigv4',
      },
    });
  });

  it('caches no error longer than its headers say', () => {
    const errors = at(config, 'CustomErrorResponses') as readonly unknown[];
    expect(errors).toEqual(shortErrors.map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 })));
    expect(shortErrors).toEqual(expect.arrayContaining([400, 403, 404, 405, 500, 502, 503, 504]));
  });

  it('finds cached answers by their tags', () => {
    expect(at(config, 'CacheTagConfig')).toEqual({ HeaderName: 'x-amz-meta-cache-tag' });
  });

  it('speaks HTTP/3 and IPv6', () => {
    expect(config).toMatchObject({ HttpVersion: 'http2and3', IPV6Enabled: true, Enabled: true });
  });

  it('sets the same response headers as the emulator', () => {
    const headers = at(
      one(template, 'AWS::CloudFront::ResponseHeadersPolicy').Properties,
      'ResponseHeadersPolicyConfig',
    );
    const { set, remove } = responseHeaders;
    expect(at(headers, 'SecurityHeadersConfig')).toEqual({
      ContentSecurityPolicy: {
        ContentSecurityPolicy: set['content-security-policy'],
        Override: true,
      },
      ContentTypeOptions: { Override: true },
      StrictTransportSecurity: {
        AccessControlMaxAgeSec: 63_072_000,
        IncludeSubdomains: true,
        Override: true,
      },
    });
    expect(at(headers, 'CorsConfig')).toEqual({
      AccessControlAllowCredentials: false,
      AccessControlAllowHeaders: { Items: ['*'] },
      AccessControlAllowMethods: { Items: ['GET', 'HEAD'] },
      AccessControlAllowOrigins: { Items: ['*'] },
      AccessControlExposeHeaders: { Items: ['x-signet-error', 'etag', 'server-timing'] },
      AccessControlMaxAgeSec: 7_200,
      OriginOverride: true,
    });
    expect(at(headers, 'CustomHeadersConfig', 'Items')).toEqual([
      { Header: 'cross-origin-resource-policy', Value: 'cross-origin', Override: true },
      { Header: 'timing-allow-origin', Value: '*', Override: true },
      { Header: 'vary', Value: 'Accept, Origin', Override: true },
    ]);
    expect(at(headers, 'RemoveHeadersConfig', 'Items')).toEqual(
      remove.map((Header) => ({ Header })),
    );
    expect(remove.length).toBeLessThanOrEqual(10);
  });
});

describe('a deployment that lists pages', () => {
  const corsOrigins = ['https://www.example.com', 'https://app.example.com:8443'];
  const template = templateFor({ corsOrigins });

  it('lets those pages use credentials, and names every header', () => {
    const headers = one(template, 'AWS::CloudFront::ResponseHeadersPolicy').Properties;
    const named = at(headers, 'ResponseHeadersPolicyConfig', 'CorsConfig');
    expect(named).toMatchObject({
      AccessControlAllowCredentials: true,
      AccessControlAllowOrigins: { Items: corsOrigins },
      AccessControlAllowMethods: { Items: ['GET', 'HEAD'] },
      AccessControlAllowHeaders: { Items: expect.arrayContaining(['range', 'if-none-match']) },
      AccessControlExposeHeaders: { Items: ['x-signet-error', 'etag', 'server-timing'] },
      AccessControlMaxAgeSec: 7_200,
      OriginOverride: true,
    });
    // CloudFront refuses a star beside credentials.
    expect(JSON.stringify(named)).not.toContain('*');
  });

  it('announces them to the commands', () => {
    expect(at(template.Metadata, 'Signet', 'corsOrigins')).toEqual(corsOrigins);
    expect(at(plain.Metadata, 'Signet', 'corsOrigins')).toEqual([]);
  });

  it('has the cache key of any other: the function decides on every view', () => {
    const keyOf = (of: typeof plain) => one(of, 'AWS::CloudFront::CachePolicy').Properties;
    expect(keyOf(template)).toEqual(keyOf(plain));
  });
});

describe('a custom domain', () => {
  const config = (template: typeof plain) =>
    at(one(template, 'AWS::CloudFront::Distribution').Properties, 'DistributionConfig');

  it('has the certificate and TLS 1.2 of 2021', () => {
    expect(config(full)).toMatchObject({
      Aliases: ['img.example.com', '*.img.example.com', 'img.acme.com'],
      ViewerCertificate: {
        AcmCertificateArn: certificateArn,
        MinimumProtocolVersion: 'TLSv1.2_2021',
        SslSupportMethod: 'sni-only',
      },
    });
    expect(at(config(plain), 'Aliases')).toBeUndefined();
  });

  it('is the host of minted URLs', () => {
    expect(full.Outputs['Address']?.Value).toBe('https://img.example.com');
    expect(JSON.stringify(plain.Outputs['Address']?.Value)).toMatch(/https:\/\/.*DomainName/);
  });
});

describe('the metadata for the commands', () => {
  it.each(both)('is complete, %s', (_what, template) => {
    expect(Object.keys(template.Outputs)).toEqual(
      expect.arrayContaining([
        ...['Address', 'SourcesBucket', 'DerivativesBucket', 'ConfigBucket', 'DistributionId'],
      ]),
    );
    expect(template.Metadata['Signet']).toMatchObject({ policyFields: policyFields() });
  });

  it('names the types of sources that the functions refuse', () => {
    expect(at(full.Metadata, 'Signet', 'disabledFormats')).toEqual(['webp']);
    expect(at(plain.Metadata, 'Signet', 'disabledFormats')).toEqual([]);
  });

  it('names the hosts that belong to one tenant each', () => {
    expect(at(full.Metadata, 'Signet', 'hosts')).toEqual({
      '*.img.example.com': '*',
      'img.acme.com': 'acme',
    });
  });
});

describe.each(both)('the buckets, %s,', (_what, template) => {
  const buckets = new Map(
    ofType(template, 'AWS::S3::Bucket').map(([, found]) => [
      String(found.Properties['BucketName']).split('-')[1] ?? '',
      found,
    ]),
  );

  it('are four, contain the account in their names, and outlive the stack', () => {
    expect([...buckets.keys()].toSorted()).toEqual(['config', 'derivatives', 'logs', 'sources']);
    for (const [kind, { DeletionPolicy, UpdateReplacePolicy, Properties }] of buckets) {
      expect(Properties['BucketName']).toBe(`signet-${kind}-${account}`);
      expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
    }
  });

  it('are closed to the public, encrypted by S3, and owned by the account', () => {
    for (const [, { Properties }] of buckets) {
      expect(Properties['PublicAccessBlockConfiguration']).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(JSON.stringify(Properties['BucketEncryption'])).toMatch(/"SSEAlgorithm":"AES256"/);
      expect(JSON.stringify(Properties['OwnershipControls'])).toMatch(/BucketOwnerEnforced/);
      expect(Properties['WebsiteConfiguration']).toBeUndefined();
    }
  });

  it('require TLS, and allow only CloudFront and log delivery', () => {
    const policies = ofType(template, 'AWS::S3::BucketPolicy');
    expect(policies).toHaveLength(4);
    for (const [, { Properties }] of policies) {
      const statements = at(Properties, 'PolicyDocument', 'Statement') as readonly unknown[];
      expect(statements).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Action: 's3:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
      const allowed = statements.filter((it) => at(it, 'Effect') === 'Allow');
      for (const it of allowed) {
        expect([
          'cloudfront.amazonaws.com',
          'delivery.logs.amazonaws.com',
          'logging.s3.amazonaws.com',
        ]).toContain(at(it, 'Principal', 'Service'));
        expect(at(it, 'Condition')).toBeDefined();
      }
    }
  });

  it('keep versions of sources and config, and derivatives for 90 days', () => {
    const versioned = [...buckets].filter(
      ([, { Properties }]) => Properties['VersioningConfiguration'],
    );
    expect(versioned.map(([kind]) => kind).toSorted()).toEqual(['config', 'sources']);
    const rules = at(buckets.get('derivatives')?.Properties, 'LifecycleConfiguration', 'Rules');
    expect(rules).toEqual([expect.objectContaining({ ExpirationInDays: 90, Status: 'Enabled' })]);
    // Policies and the audit trail never expire.
    expect(at(buckets.get('config')?.Properties, 'LifecycleConfiguration', 'Rules')).toEqual([
      { NoncurrentVersionExpiration: { NoncurrentDays: 1 }, Prefix: 'purges/', Status: 'Enabled' },
    ]);
  });

  it('take uploads of the pages that a deployment lists, and of no others', () => {
    const uploadOrigins = ['https://www.example.com'];
    const corsOf = (made: typeof template) =>
      ofType(made, 'AWS::S3::Bucket').flatMap(([, { Properties }]) =>
        Properties['CorsConfiguration'] === undefined ? [] : [Properties],
      );
    expect(corsOf(template)).toEqual([]);
    const [listed, ...others] = corsOf(templateFor({ uploadOrigins }));
    expect(others).toEqual([]);
    expect(listed).toMatchObject({
      BucketName: `signet-sources-${account}`,
      CorsConfiguration: {
        CorsRules: [{ AllowedOrigins: uploadOrigins, AllowedMethods: ['PUT', 'POST'] }],
      },
    });
  });

  it('log every access', () => {
    for (const kind of ['config', 'derivatives', 'sources'])
      expect(buckets.get(kind)?.Properties['LoggingConfiguration']).toMatchObject({
        LogFilePrefix: `s3/${kind}/`,
      });
  });
});

describe('the purge', () => {
  const queues = ofType(plain, 'AWS::SQS::Queue');
  const [queueId = ''] = queues.find(([id]) => id.startsWith('PurgeQueue')) ?? [];

  it('receives every change of a source, and the purge requests of operators', () => {
    const heard = ofType(plain, 'AWS::S3::Bucket').flatMap(([, { Properties }]) => {
      const asked = at(Properties, 'NotificationConfiguration', 'QueueConfigurations');
      const bucket = String(Properties['BucketName']).split('-')[1];
      return ((asked as readonly unknown[]) ?? []).map((it) => [
        bucket,
        at(it, 'Event'),
        at(it, 'Filter', 'S3Key', 'Rules', 0, 'Value'),
        at(it, 'Queue', 'Fn::GetAtt', 0),
      ]);
    });
    expect(heard.toSorted()).toEqual([
      ['config', 's3:ObjectCreated:*', 'purges/', queueId],
      ['sources', 's3:ObjectCreated:*', undefined, queueId],
      ['sources', 's3:ObjectRemoved:*', undefined, queueId],
    ]);
  });

  it('allows the buckets of this account to send, before their notifications are configured', () => {
    const [policyId, policy] =
      ofType(plain, 'AWS::SQS::QueuePolicy').find(([id]) => id.startsWith('PurgeQueue')) ?? [];
    expect(JSON.stringify(policy)).toContain(`arn:aws:s3:::signet-sources-${account}`);
    const waiting = ofType(plain, 'AWS::S3::Bucket').filter(([, { DependsOn }]) =>
      [DependsOn].flat().includes(policyId),
    );
    expect(waiting.map(([, { Properties }]) => Properties['BucketName'])).toEqual(
      expect.arrayContaining([`signet-sources-${account}`, `signet-config-${account}`]),
    );
  });

  it('retries for two hours, with a visibility timeout of six times the function timeout', () => {
    const queue = queues.find(([id]) => id === queueId)?.[1];
    expect(queue?.Properties).toMatchObject({
      VisibilityTimeout: 420,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { maxReceiveCount: 20 },
    });
    const worker = lambdas(plain).find(({ id }) => id.startsWith('Purge'));
    expect(at(worker, 'Timeout')).toBe(60);
    expect(one(plain, 'AWS::Lambda::EventSourceMapping').Properties).toMatchObject({
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it.each([
    ['use the fewest executions that Lambda allows, and reserve none', {}, 2, undefined],
    ['use as many as are reserved for them', { reservedConcurrency: 5 }, 5, 5],
  ])('purges %s', (_what, context, most, reserved) => {
    const template = templateFor(context);
    const { Properties } = one(template, 'AWS::Lambda::EventSourceMapping');
    expect(Properties['ScalingConfig']).toEqual({ MaximumConcurrency: most });
    // In an account with a quota of ten, Lambda refuses any reservation.
    const reservations = lambdas(template).map((fn) => [
      fn.id.replace(/[0-9A-F]{8}$/, ''),
      at(fn, 'ReservedConcurrentExecutions'),
    ]);
    expect(Object.fromEntries(reservations)).toEqual({
      ...{ ViewerRequest: undefined, OriginResponse: undefined, SecretKeeper: undefined },
      Purge: reserved,
    });
  });

  it('sets every variable that the function reads', () => {
    const worker = lambdas(plain).find(({ id }) => id.startsWith('Purge'));
    expect(Object.keys(at(worker, 'Environment', 'Variables') as object).toSorted()).toEqual([
      ...['SIGNET_CONFIG_BUCKET', 'SIGNET_DERIVATIVES_BUCKET', 'SIGNET_DISTRIBUTION_ID'],
      ...['SIGNET_PURGE_QUEUE', 'SIGNET_SOURCES_BUCKET'],
    ]);
  });
});

describe('the secrets', () => {
  it('are three, empty until the function fills them, and outlive the stack', () => {
    const secrets = ofType(plain, 'AWS::SecretsManager::Secret').map(([, found]) => found);
    expect(secrets.map(({ Properties }) => Properties['Name'])).toEqual([
      ...['signet/roots', 'signet/render', 'signet/publisher'],
    ]);
    for (const { DeletionPolicy, Properties } of secrets) {
      expect(DeletionPolicy).toBe('RetainExceptOnCreate');
      expect(Properties['GenerateSecretString']).toBeUndefined();
      expect(Properties['SecretString']).toBeUndefined();
    }
    const [id] = ofType(plain, 'AWS::CloudFormation::CustomResource')[0] ?? [];
    expect(id).toBe('FirstSecrets');
  });

  it('are looked at twice a day, so that a missed rotation is noticed', () => {
    expect(one(plain, 'AWS::Events::Rule').Properties).toMatchObject({
      ScheduleExpression: 'rate(12 hours)',
      State: 'ENABLED',
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [expect.stringMatching(/^SecretKeeper/), 'Arn'] },
          Input: '{"check":"rotation"}',
        },
      ],
    });
  });

  it('are filled before the distribution exists', () => {
    expect(one(plain, 'AWS::CloudFront::Distribution').DependsOn).toContain('FirstSecrets');
  });

  it('are rotated only by the function that Secrets Manager may call for the roots', () => {
    const [keeper] =
      ofType(plain, 'AWS::Lambda::Function').find(([id]) => id.startsWith('SecretKeeper')) ?? [];
    expect(one(plain, 'AWS::SecretsManager::RotationSchedule').Properties).toMatchObject({
      SecretId: { Ref: expect.stringMatching(/^rootsSecret/) },
      RotationLambdaARN: { 'Fn::GetAtt': [keeper, 'Arn'] },
      RotationRules: { AutomaticallyAfterDays: 90 },
      RotateImmediatelyOnUpdate: false,
    });
    const [allowed] = ofType(plain, 'AWS::Lambda::Permission').filter(
      ([, { Properties }]) => Properties['Principal'] === 'secretsmanager.amazonaws.com',
    );
    expect(allowed?.[1].Properties).toMatchObject({ SourceAccount: account });
  });
});

describe('the rest', () => {
  it('contains no functions of the CDK', () => {
    for (const [, template] of both) {
      const custom = Object.values(template.Resources).filter(({ Type }) =>
        Type.startsWith('Custom::'),
      );
      expect(custom).toEqual([]);
      expect(lambdas(template)).toHaveLength(4);
    }
  });

  it('delivers access logs that replay can read', () => {
    expect(one(plain, 'AWS::Logs::DeliveryDestination').Properties['OutputFormat']).toBe('json');
    expect(one(plain, 'AWS::Logs::Delivery').Properties['RecordFields']).toEqual(
      expect.arrayContaining([
        ...['date', 'time', 'cs-method', 'cs-uri-stem', 'cs-uri-query', 'sc-status', 'sc-bytes'],
      ]),
    );
  });

  it('has the firewall in front of the distribution, if it is on', () => {
    expect(ofType(plain, 'AWS::WAFv2::WebACL')).toEqual([]);
    const acl = one(full, 'AWS::WAFv2::WebACL').Properties;
    expect(acl).toMatchObject({ Scope: 'CLOUDFRONT', DefaultAction: { Allow: {} } });
    const limits = (acl['Rules'] as readonly unknown[]).map((rule) =>
      at(rule, 'Statement', 'RateBasedStatement', 'Limit'),
    );
    expect(limits).toEqual([10_000, 500]);
    const config = at(one(full, 'AWS::CloudFront::Distribution').Properties, 'DistributionConfig');
    expect(at(config, 'WebACLId')).toEqual({ 'Fn::GetAtt': ['Firewall', 'Arn'] });
  });

  it('has the tags', () => {
    for (const [, { Properties }] of ofType(full, 'AWS::S3::Bucket'))
      expect(Properties['Tags']).toContainEqual({ Key: 'team', Value: 'images' });
  });
});
