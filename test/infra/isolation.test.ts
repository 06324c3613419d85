import { describe, expect, it } from 'vitest';
import { policyDocument } from '../../build/permission-tables.ts';
import { deployment } from '../../shared/deployment/deployer.ts';
import {
  account,
  at,
  domains,
  ofType,
  type Resource,
  type Template,
  templateFor,
} from './synth.ts';

/* No permission of one installation reaches another one in the same account. */

type Installation = { readonly name: string; readonly template: Template };

const sources = {
  photos: { bucket: 'photos', region: 'eu-west-1', prefix: '{tenant}/', tenants: ['acme'] },
};
const full = { ...domains, sources, firewall: {}, alarmEmail: 'ops@example.com' };

const install = (name: string): Installation => ({
  name,
  template: templateFor({ ...full, name, secretsPrefix: name }),
});

const here = `us-east-1:${account}`;
const nameProperties = [
  ...['BucketName', 'RoleName', 'ManagedPolicyName', 'FunctionName', 'LogGroupName', 'AlarmName'],
  ...['DashboardName', 'Name'],
];

/** The name that CloudFormation gives to a resource: that of the template, or one of its own. */
function nameOf(stack: string, id: string, { Properties = {} }: Resource): string {
  const given = nameProperties.map((one) => Properties[one]).find((one) => typeof one === 'string');
  return typeof given === 'string' ? given : `${stack}-${id}-0aB1cD2eF3gH`;
}

/** The ARNs of a resource by its type, as IAM compares them. */
const arnForms: Readonly<Record<string, (name: string, one: Resource) => readonly string[]>> = {
  'AWS::S3::Bucket': (name) => [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/a/b.jpg`],
  'AWS::SecretsManager::Secret': (name) => [`arn:aws:secretsmanager:${here}:secret:${name}-aBcDeF`],
  'AWS::IAM::Role': (name) => [`arn:aws:iam::${account}:role/${name}`],
  'AWS::IAM::ManagedPolicy': (name) => [`arn:aws:iam::${account}:policy/${name}`],
  'AWS::Lambda::Function': (name) =>
    ['', ':7'].map((version) => `arn:aws:lambda:${here}:function:${name}${version}`),
  'AWS::Logs::LogGroup': (name) =>
    ['', ':*', ':log-stream:x'].map((end) => `arn:aws:logs:${here}:log-group:${name}${end}`),
  'AWS::SQS::Queue': (name) => [`arn:aws:sqs:${here}:${name}`],
  'AWS::SNS::Topic': (name) => [`arn:aws:sns:${here}:${name}`],
  'AWS::Events::EventBus': (name) => [`arn:aws:events:${here}:event-bus/${name}`],
  'AWS::CloudWatch::Alarm': (name) => [`arn:aws:cloudwatch:${here}:alarm:${name}`],
  'AWS::CloudWatch::Dashboard': (name) => [`arn:aws:cloudwatch::${account}:dashboard/${name}`],
  'AWS::CloudFront::Distribution': (name) => [
    `arn:aws:cloudfront::${account}:distribution/${name}`,
  ],
  'AWS::WAFv2::WebACL': (name) => [`arn:aws:wafv2:${here}:global/webacl/${name}/1-2`],
  'AWS::Lambda::EventSourceMapping': (name) => [
    `arn:aws:lambda:${here}:event-source-mapping:${name}`,
  ],
  'AWS::Logs::DeliverySource': (name) => [`arn:aws:logs:${here}:delivery-source:${name}`],
};

function ruleArns(stack: string, template: Template): readonly string[] {
  return ofType(template, 'AWS::Events::Rule').map(([id, rule]) => {
    const bus = rule.Properties['EventBusName'] === undefined ? '' : `${stack}-sources/`;
    return `arn:aws:events:${here}:rule/${bus}${nameOf(stack, id, rule)}`;
  });
}

/** The ARNs of everything that an installation has. */
function arnsOf({ name, template }: Installation): readonly string[] {
  const own = Object.entries(template.Resources).flatMap(
    ([id, one]) => arnForms[one.Type]?.(nameOf(name, id, one), one) ?? [],
  );
  const stack = `arn:aws:cloudformation:${here}:stack/${name}/1-2`;
  return [...own, ...ruleArns(name, template), stack];
}

/** Puts a text in place of a reference, as CloudFormation does. */
function resolve(installation: Installation, value: unknown): string {
  if (typeof value === 'string') return value;
  const joined = at(value, 'Fn::Join', 1);
  if (Array.isArray(joined)) return joined.map((one) => resolve(installation, one)).join('');
  const { name, template } = installation;
  const id = String(at(value, 'Ref') ?? at(value, 'Fn::GetAtt', 0));
  const found = template.Resources[id];
  if (found === undefined) return id;
  const named = nameOf(name, id, found);
  if (found.Type === 'AWS::CloudFront::Distribution') return named;
  const [first = '', second] = arnForms[found.Type]?.(named, found) ?? [];
  return found.Type === 'AWS::Logs::LogGroup' ? (second ?? '') : first;
}

type Statement = {
  readonly who: string;
  readonly actions: readonly string[];
  readonly patterns: readonly string[];
};

const listOf = (value: unknown): readonly unknown[] => [value].flat();

/** The statements in the roles, the managed policies and the policies of resources. */
function templateStatements(installation: Installation): readonly Statement[] {
  const { Resources } = installation.template;
  return Object.entries(Resources).flatMap(([who, { Properties = {} }]) => {
    const inline = listOf(Properties['Policies'] ?? []).map((one) => at(one, 'PolicyDocument'));
    return [...inline, Properties['PolicyDocument']]
      .flatMap((document) => listOf(at(document, 'Statement') ?? []))
      .map((one) => ({
        who,
        actions: listOf(at(one, 'Action')).map(String),
        patterns: listOf(at(one, 'Resource')).map((value) => resolve(installation, value)),
      }));
  });
}

/** What docs/permissions.md lets CloudFormation do. */
const deploymentStatements = ({ name }: Installation): readonly Statement[] =>
  policyDocument(deployment).Statement.map(({ Action, Resource: on }) => ({
    who: 'CloudFormation',
    actions: Action,
    patterns: on.map((arn) => arn.replaceAll(/NAME|PREFIX/g, name).replaceAll('ACCOUNT', account)),
  }));

/** IAM's wildcards: `*` is any text, slashes and colons included, and `?` is one character. */
function matches(pattern: string, arn: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(arn);
}

/** Whether a statement has an action of the service that an ARN belongs to, and covers it. */
const covers = ({ actions, patterns }: Statement, arn: string): boolean =>
  actions.some((action) => arn.startsWith(`arn:aws:${action.split(':', 1)[0]}:`)) &&
  patterns.some((pattern) => matches(pattern, arn));

/** The statements that cover an ARN, with what they may do. */
const reaching = (statements: readonly Statement[], arns: readonly string[]): readonly string[] =>
  statements
    .filter((one) => arns.some((arn) => covers(one, arn)))
    .map(({ who, actions }) => `${who.replace(/[0-9A-F]{8}$/, '')}: ${actions.join(' ')}`);

/** AWS offers no resource for these actions, or the names of the resources are random. */
const unlimited = [
  /^OperatorPolicy: lambda:GetAccountSettings$/,
  /^OperatorPolicy: logs:DescribeLogGroups$/,
  /^CloudFormation: lambda:\*EventSourceMapping lambda:TagResource lambda:UntagResource$/,
  /^CloudFormation: cloudfront:/,
  /^CloudFormation: wafv2:\*WebACL wafv2:\*Resource$/,
  /^CloudFormation: logs:DescribeLogGroups logs:DescribeResourcePolicies logs:\*Deliver\*$/,
];

/** What CloudFormation may change whatever its name is. */
const randomNames = /:distribution\/|:event-source-mapping:|:delivery-source:/;

const allStatements = (installation: Installation): readonly Statement[] => [
  ...templateStatements(installation),
  ...deploymentStatements(installation),
];

describe.each([
  ['signet', 'signet-staging'],
  ['signet', 'signet-sources'],
  ['img', 'img-viewer-requests'],
  ['img', 'img-render'],
  ['img', 'im'],
])('the installations %s and %s', (first, second) => {
  it.each([
    [first, second],
    [second, first],
  ])('no permission of %s reaches what %s has', (of, other) => {
    const found = reaching(allStatements(install(of)), arnsOf(install(other)));
    expect(found.filter((one) => !unlimited.some((form) => form.test(one)))).toEqual([]);
    for (const form of unlimited)
      expect([form, found.some((one) => form.test(one))]).toEqual([form, true]);
  });

  it('CloudFormation may change everything that each has', () => {
    for (const one of [first, second].map(install)) {
      const statements = deploymentStatements(one);
      const exact = statements.filter(({ patterns }) => !patterns.includes('*'));
      const needed = arnsOf(one).filter((arn) => !arn.includes(':cloudformation:'));
      const left = needed.filter((arn) => {
        const those = randomNames.test(arn) ? statements : exact;
        return !those.some((each) => covers(each, arn));
      });
      // Objects belong to operators and functions.
      expect(left.filter((arn) => !arn.endsWith('/a/b.jpg'))).toEqual([]);
      expect(needed.length).toBeGreaterThan(50);
    }
  });
});

describe('this test', () => {
  const other = arnsOf(install('signet-staging'));

  it.each([
    ['logs:GetLogEvents', 'arn:aws:logs:*:111111111111:log-group:/signet/signet-*'],
    ['lambda:GetFunction', `arn:aws:lambda:${here}:function:signet-*`],
    ['s3:GetObject', 'arn:aws:s3:::signet-*/*'],
    ['sqs:SendMessage', `arn:aws:sqs:${here}:signet-*`],
    ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${here}:secret:signet*`],
    ['cloudformation:DescribeStacks', `arn:aws:cloudformation:${here}:stack/signet*/*`],
    ['cloudwatch:DeleteAlarms', `arn:aws:cloudwatch:${here}:alarm:signet-*`],
    ['iam:PassRole', 'arn:aws:iam::111111111111:role/signet-*'],
  ])('finds a star that reaches too far: %s on %s', (action, pattern) => {
    const wide = { who: 'x', actions: [action], patterns: [pattern] };
    expect(reaching([wide], other)).toEqual([`x: ${action}`]);
    expect(reaching([wide], arnsOf(install('img')))).toEqual([]);
  });

  it('knows the ARNs of every type of resource that has some', () => {
    const without = new Set(
      Object.values(install('signet').template.Resources)
        .map(({ Type }) => Type)
        .filter((type) => arnForms[type] === undefined && type !== 'AWS::Events::Rule'),
    );
    expect([...without].toSorted()).toEqual([
      ...['AWS::CloudFormation::CustomResource', 'AWS::CloudFront::CachePolicy'],
      ...['AWS::CloudFront::MonitoringSubscription', 'AWS::CloudFront::OriginAccessControl'],
      ...['AWS::CloudFront::ResponseHeadersPolicy', 'AWS::Lambda::Permission'],
      ...['AWS::Lambda::Version', 'AWS::Logs::Delivery', 'AWS::Logs::DeliveryDestination'],
      ...['AWS::S3::BucketPolicy', 'AWS::SNS::Subscription', 'AWS::SNS::TopicPolicy'],
      ...['AWS::SQS::QueuePolicy', 'AWS::SecretsManager::RotationSchedule'],
    ]);
  });
});
