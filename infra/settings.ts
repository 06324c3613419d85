import * as v from 'valibot';
import { usualLogOneIn } from '../shared/deployment/edge-logs.ts';
import { stackRegion } from '../shared/deployment/regions.ts';
import { sourcePermissions } from '../shared/deployment/source-permissions.ts';
import { didYouMean } from '../shared/did-you-mean.ts';
import { usualSecretsPrefix } from '../shared/keys/store.ts';
import { isPlainObject } from '../shared/plain-object.ts';
import type { SourceEntries } from '../shared/policy/source-entries.ts';
import { sourceEntriesSchema } from '../shared/policy/source-settings.ts';
import { escapeForTerminal } from '../shared/terminal.ts';
import { namesFor } from './names.ts';
import * as schemas from './setting-schemas.ts';

/** An error in the settings that the user can correct. The message is printed behind the name of their file. */
export class SettingFailure extends Error {
  override readonly name = 'SettingFailure';
}

/** Lambda@Edge functions can be created only in this Region. */
export const region = stackRegion;

const fields = {
  name: v.optional(schemas.stackName, 'signet'),
  secretsPrefix: v.optional(schemas.stackName, usualSecretsPrefix),
  account: v.optional(schemas.textSetting(/^[0-9]{12}$/, 'the 12 digits of an AWS account')),
  region: v.optional(
    v.literal(
      region,
      `must be ${region}: Lambda@Edge functions are created there; remove the setting`,
    ),
  ),
  hosts: v.optional(schemas.hosts, {}),
  corsOrigins: v.optional(schemas.pageOrigins, []),
  uploadOrigins: v.optional(schemas.pageOrigins, []),
  sources: v.optional(sourceEntriesSchema, {}),
  disabledFormats: v.optional(schemas.disabledFormats, []),
  certificateArn: v.optional(
    schemas.textSetting(schemas.certificateForm, 'the ARN of an ACM certificate'),
  ),
  originShieldRegion: v.optional(schemas.shield, region),
  priceClass: v.optional(v.picklist(['all', '200', '100'], 'expects one of all, 200, 100'), 'all'),
  firewall: v.optional(schemas.firewall, false),
  alarmEmail: v.optional(schemas.email),
  logOneIn: v.optional(schemas.wholeNumber(1, 1_000), usualLogOneIn),
  logDays: v.optional(schemas.wholeNumber(1, 3_650), 30),
  reservedConcurrency: v.optional(schemas.wholeNumber(2, 1_000)),
  rotationDays: v.optional(schemas.wholeNumber(1, 1_000), 90),
  tags: v.optional(schemas.tags, {}),
} as const;
const schema = v.strictObject(fields);

/** The names of all settings. */
export const settingNames = Object.keys(fields) as readonly (keyof typeof fields)[];

export type StackSettings = Readonly<v.InferOutput<typeof schema>> & {
  /** 12 digits. They are part of the bucket names. */
  readonly account: string;
};

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = ['signet', ...(issue.path ?? []).map(({ key }) => String(key))].join('.');
  if (issue.type !== 'strict_object' || issue.expected !== 'never')
    return escapeForTerminal(`${path} ${issue.message}`);
  const name = String(issue.path?.at(-1)?.key ?? '');
  return escapeForTerminal(`${path} is not a setting${didYouMean(name, settingNames)}`);
}

function checkHosts({ hosts, certificateArn }: v.InferOutput<typeof schema>): void {
  const names = Object.keys(hosts);
  if (names.length > 0 && certificateArn === undefined)
    throw new SettingFailure(
      `signet.hosts needs signet.certificateArn, an ACM certificate in ${region} for ${names.join(', ')}`,
    );
  const [, where] = schemas.certificateForm.exec(certificateArn ?? '') ?? [];
  if (where !== undefined && where !== region)
    throw new SettingFailure(
      `signet.certificateArn is in ${where}; CloudFront needs a certificate in ${region}`,
    );
  if (certificateArn !== undefined && names.length === 0)
    throw new SettingFailure('signet.certificateArn needs signet.hosts, the hosts that it covers');
  const wild = names.find((name) => hosts[name] === '*' && !name.startsWith('*.'));
  if (wild !== undefined)
    throw new SettingFailure(`signet.hosts.${wild} is "*", but the host does not begin with *.`);
}

function checkOwner({ account, certificateArn }: StackSettings): void {
  const [, , owner = account] = schemas.certificateForm.exec(certificateArn ?? '') ?? [];
  if (owner !== account && account !== noAccount)
    throw new SettingFailure(
      `signet.certificateArn belongs to account ${owner}; CloudFront needs a certificate of ${account}`,
    );
}

/** Two installations never have the same name, so they cannot have the same secrets either. */
function checkSecretsPrefix({ name, secretsPrefix }: StackSettings): void {
  if (secretsPrefix !== name && secretsPrefix !== usualSecretsPrefix)
    throw new SettingFailure(
      `signet.secretsPrefix is "${secretsPrefix}"; a new installation has its name there, "${name}", and an earlier one has "${usualSecretsPrefix}"`,
    );
}

/** Signet's own buckets hold more than one tenant may reach. */
function checkSources(settings: StackSettings): void {
  const { sources } = settings;
  const own = Object.values(namesFor(settings).buckets);
  const [wrong] = Object.entries(sources).find(([, { bucket }]) => own.includes(bucket)) ?? [];
  if (wrong !== undefined)
    throw new SettingFailure(
      `signet.sources.${wrong}.bucket is one of this installation's own buckets; a policy without source.from reads its sources bucket`,
    );
  if (sourcePermissions(sources) === undefined)
    throw new SettingFailure(
      'signet.sources needs more permissions than a role can have; use {tenant} instead of one entry for each tenant, or fewer buckets',
    );
}

/** The entries of `sources`, each with the account that owns its bucket: that of the stack by default. */
export const ownedSources = ({
  account,
  sources,
}: Pick<StackSettings, 'account' | 'sources'>): SourceEntries =>
  Object.fromEntries(Object.entries(sources).map(([name, entry]) => [name, { account, ...entry }]));

/**
 * Reads the settings, `signet` of cdk.json or of another file. The account defaults to that of the credentials. With neither, the
 * template can be made but not deployed. Throws `SettingFailure`.
 */
export function readStackSettings(
  context: unknown,
  credentialsAccount: string | undefined,
): StackSettings {
  if (context !== undefined && !isPlainObject(context))
    throw new SettingFailure('signet expects an object, such as {"name": "signet"}');
  const read = v.safeParse(schema, context ?? {}, { abortEarly: true });
  if (!read.success) throw new SettingFailure(describeIssue(read.issues[0]));
  checkHosts(read.output);
  const settings = {
    ...read.output,
    account: read.output.account ?? credentialsAccount ?? noAccount,
  };
  checkOwner(settings);
  checkSecretsPrefix(settings);
  checkSources(settings);
  return settings;
}

/** Replaces the account if there are no credentials, for example in a build. */
export const noAccount = '000000000000';

/** The hosts that belong to one tenant each, as viewer-request expects them. */
export function hostMapOf({
  hosts,
}: Pick<StackSettings, 'hosts'>): Readonly<Record<string, string>> {
  const owned = Object.entries(hosts).filter(([, tenant]) => tenant !== null);
  return Object.fromEntries(owned) as Record<string, string>;
}

/** The first host of all tenants that is not a wildcard, if there is one. */
export function mainHost({ hosts }: Pick<StackSettings, 'hosts'>): string | undefined {
  return Object.keys(hosts).find((name) => hosts[name] === null && !name.startsWith('*'));
}
