import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { settingNames } from '../../infra/settings.ts';
import { deployment } from '../../shared/deployment/deployer.ts';
import { fixedProperties } from '../infra/earlier-template.ts';
import { realisticSettings } from '../infra/realistic-settings.ts';
import { at, domains, type Template, templateFor } from '../infra/synth.ts';
import { checks } from './checks.ts';
import { runPython } from './moto.ts';

const everySetting = {
  ...domains,
  ...{ name: 'images', secretsPrefix: 'images', account: '111111111111', region: 'us-east-1' },
  ...{ disabledFormats: ['gif'], reservedConcurrency: 5 },
  corsOrigins: ['https://www.example.com'],
  uploadOrigins: ['https://www.example.com'],
  sources: {
    photos: {
      ...{ bucket: 'my-photos', region: 'eu-west-1', account: '222222222222' },
      ...{ prefix: 'images/{tenant}/', tenants: ['acme', 'zed'], list: false },
      key: 'arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555',
    },
  },
  ...{ originShieldRegion: 'eu-central-1', priceClass: '100', firewall: {} },
  alarmEmail: 'ops@example.com',
  ...{ logOneIn: 5, logDays: 90, rotationDays: 30, tags: { team: 'images' } },
};

/** Why a warning of cfn-lint stays. Every other finding fails. */
const reasons: ReadonlyMap<string, string> = new Map([
  [
    'W3005',
    'The CDK writes `DependsOn` beside a reference to the same resource. CloudFormation creates both in the same order without it.',
  ],
]);

const found = new Map<string, number>();

/** The warnings of all templates: the rule, how often it was found, and why it stays. */
export const lintWarnings = (): readonly (readonly [string, number, string])[] =>
  [...found].map(([rule, count]) => [rule, count, reasons.get(rule) ?? '']);

type Finding = { readonly rule: string; readonly level: string; readonly message: string };

/** The findings in the text of a template. */
function lint(folder: string, template: string): readonly Finding[] {
  const program = path.join(folder, 'bin', 'cfn-lint');
  const words = [program, '--format', 'json', '--regions', 'us-east-1'];
  const { stdout, stderr } = runPython(folder, words, template);
  if (!stdout.startsWith('[')) throw new Error(`cfn-lint: ${stderr || stdout}`);
  const findings = JSON.parse(stdout) as readonly unknown[];
  return findings.map((one) => ({
    rule: String(at(one, 'Rule', 'Id')),
    level: String(at(one, 'Level')),
    message: String(at(one, 'Message')),
  }));
}

function checkFindings(findings: readonly Finding[]): void {
  for (const { rule } of findings) found.set(rule, (found.get(rule) ?? 0) + 1);
  expect(findings.filter(({ rule }) => !reasons.has(rule))).toEqual([]);
  expect(findings.filter(({ level }) => level === 'Error')).toEqual([]);
}

type Schema = {
  readonly typeName: string;
  /** Pointers, such as `/properties/BucketName`. */
  readonly createOnlyProperties?: readonly string[];
  readonly conditionalCreateOnlyProperties?: readonly string[];
  readonly handlers?: Readonly<Record<string, { readonly permissions?: readonly string[] }>>;
};

function readSchemas(folder: string): readonly Schema[] {
  const schemas = path.join(folder, 'cfnlint', 'data', 'schemas', 'resources');
  return readdirSync(schemas)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(path.join(schemas, file), 'utf8')) as Schema);
}

/** What AWS says in its schemas that making, reading, changing and deleting the resources of a template needs. */
function permissionsOf(folder: string, { Resources }: Template): readonly string[] {
  const types = new Set(Object.values(Resources).map(({ Type }) => Type));
  const permissions = readSchemas(folder)
    .filter(({ typeName }) => types.has(typeName))
    .flatMap(({ handlers = {} }) =>
      ['create', 'read', 'update', 'delete'].flatMap((name) => handlers[name]?.permissions ?? []),
    );
  return [...new Set(permissions)];
}

const patternOf = (action: string): RegExp => new RegExp(`^${action.replaceAll('*', '.*')}$`);

/** What the schemas list for settings that the stack does not have. */
const unused: readonly RegExp[] = [
  // Networks, file systems, customer keys, table buckets, and the logs of other services.
  /^(?:ec2|elasticfilesystem|s3files|kms|s3tables|firehose|codewhisperer|autoloop|workmail|payments):/,
  // Of buckets: analytics, inventories, replication, object lock, websites, and objects.
  /^s3:(?:Put|Delete|Create|Update)(?:Bucket)?(?:Analytics|Inventory|Metrics|Metadata|Accelerate|Replication|ObjectLock|IntelligentTiering|Website|Cors)/,
  /^s3:(?:PutObjectAcl|DeleteObject|GetObjectVersion|REST\.PUT\.OBJECT)$/,
  // These settings of buckets change, but are never taken away.
  /^s3:DeleteBucket(?:Encryption|Lifecycle)$/,
  // Of functions: provisioned concurrency, code signing, layers, and other runtimes.
  /^lambda:(?:.*ProvisionedConcurrencyConfig|GetCodeSigningConfig|GetLayerVersion|PassCapacityProvider|AssociateRuntimeAlias)$/,
  // Of distributions: tenants, private origins and staging.
  /^cloudfront:(?:.*ConnectionGroup|GetVpcOrigin|UpdateDistributionWithStagingConfig)$/,
  // Of log groups: policies, keys and protections.
  /^logs:(?:Put|Delete)(?:DataProtection|Index|Resource)Policy$/,
  /^logs:(?:PutBearerTokenAuthentication|AssociateKmsKey|DisassociateKmsKey|PutLogGroupDeletionProtection)$/,
  // Of secrets: random values and replicas.
  /^secretsmanager:(?:GetRandomPassword|GetSecretValue|ReplicateSecretToRegions|RemoveRegionsFromReplication)$/,
  // Of roles: boundaries.
  /^iam:.*RolePermissionsBoundary$/,
];

/** Declares the checks of the template. `folder` is that of cfn-lint. */
export function checkTemplates(folder: () => string): void {
  for (const [what, context] of realisticSettings)
    checks('templates', what, 'no errors', async () => {
      checkFindings(lint(folder(), JSON.stringify(templateFor(context))));
    });

  checks('templates', 'a value for every setting of cdk.json', 'no errors', async () => {
    expect(Object.keys(everySetting).toSorted()).toEqual([...settingNames].toSorted());
    checkFindings(lint(folder(), JSON.stringify(templateFor(everySetting))));
  });

  checks(
    'templates',
    'the permissions of a deployment in docs/permissions.md',
    'are all that the types of resources need, but for what the stack does not use',
    async () => {
      const template = templateFor(everySetting);
      const wanted = permissionsOf(folder(), template);
      const allowed = deployment.flatMap(({ actions }) => actions).map(patternOf);
      const missing = wanted.filter((action) => !allowed.some((one) => one.test(action)));
      expect(wanted.length).toBeGreaterThan(150);
      expect(missing.filter((action) => !unused.some((one) => one.test(action)))).toEqual([]);
      for (const one of unused)
        expect([one, missing.some((action) => one.test(action))]).toEqual([one, true]);
    },
  );

  checks(
    'templates',
    'the properties whose change replaces a bucket, a secret or a queue',
    'are those of the schemas',
    async () => {
      const found = readSchemas(folder())
        .filter(({ typeName }) => typeName in fixedProperties)
        .map(({ typeName, createOnlyProperties = [], conditionalCreateOnlyProperties = [] }) => {
          const pointers = [...createOnlyProperties, ...conditionalCreateOnlyProperties];
          return [typeName, pointers.map((one) => one.replace('/properties/', '')).toSorted()];
        });
      const own = Object.entries(fixedProperties).map(([type, all]) => [type, all.toSorted()]);
      expect(Object.fromEntries(found)).toEqual(Object.fromEntries(own));
    },
  );

  checks('templates', 'a template with a mistake', 'is an error', async () => {
    const template = JSON.stringify(templateFor()).replaceAll('nodejs24.x', 'nodejs24.y');
    const errors = lint(folder(), template).filter(({ level }) => level === 'Error');
    expect(errors).toHaveLength(4);
  });
}
