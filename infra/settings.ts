import * as v from 'valibot';
import { didYouMean } from '../shared/did-you-mean.ts';
import { escapeForTerminal } from '../shared/terminal.ts';
import * as form from './setting-forms.ts';

/** Something in cdk.json that the person at the keyboard can put right, in one sentence. */
export class SettingFailure extends Error {
  override readonly name = 'SettingFailure';
}

/** Lambda@Edge is made in this Region and nowhere else. */
export const region = 'us-east-1';

const fields = {
  name: v.optional(form.stackName, 'signet'),
  account: v.optional(form.textSetting(/^[0-9]{12}$/, 'the twelve digits of an AWS account')),
  region: v.optional(
    v.literal(region, `is not ${region}: Lambda@Edge is made there alone; leave it out`),
  ),
  hosts: v.optional(form.hosts, {}),
  certificateArn: v.optional(
    form.textSetting(form.certificateForm, 'the ARN of a certificate of ACM'),
  ),
  originShieldRegion: v.optional(form.shield, region),
  priceClass: v.optional(v.picklist(['all', '200', '100'], 'expects one of all, 200, 100'), 'all'),
  firewall: v.optional(form.firewall, false),
  alarmEmail: v.optional(form.email),
  logDays: v.optional(form.count(1, 3_650), 30),
  rotationDays: v.optional(form.count(1, 1_000), 90),
  tags: v.optional(form.tags, {}),
} as const;
const schema = v.strictObject(fields);

export type StackSettings = Readonly<v.InferOutput<typeof schema>> & {
  /** Twelve digits; bucket names have them in. */
  readonly account: string;
};

function sentence(issue: v.BaseIssue<unknown>): string {
  const path = ['signet', ...(issue.path ?? []).map(({ key }) => String(key))].join('.');
  if (issue.type !== 'strict_object' || issue.expected !== 'never')
    return escapeForTerminal(`cdk.json: ${path} ${issue.message}`);
  const name = String(issue.path?.at(-1)?.key ?? '');
  return escapeForTerminal(
    `cdk.json: ${path} is no setting${didYouMean(name, Object.keys(fields))}`,
  );
}

function checkHosts({ hosts, certificateArn }: v.InferOutput<typeof schema>): void {
  const names = Object.keys(hosts);
  if (names.length > 0 && certificateArn === undefined)
    throw new SettingFailure(
      `cdk.json: signet.hosts needs signet.certificateArn: a certificate of ACM in ${region} for ${names.join(', ')}`,
    );
  const [, where] = form.certificateForm.exec(certificateArn ?? '') ?? [];
  if (where !== undefined && where !== region)
    throw new SettingFailure(
      `cdk.json: signet.certificateArn is of ${where}; CloudFront takes certificates of ${region} alone`,
    );
  if (certificateArn !== undefined && names.length === 0)
    throw new SettingFailure('cdk.json: signet.certificateArn needs signet.hosts, which it is for');
  const wild = names.find((name) => hosts[name] === '*' && !name.startsWith('*.'));
  if (wild !== undefined)
    throw new SettingFailure(`cdk.json: signet.hosts.${wild} is "*", and the host has no * in it`);
}

function checkOwner({ account, certificateArn }: StackSettings): void {
  const [, , owner = account] = form.certificateForm.exec(certificateArn ?? '') ?? [];
  if (owner !== account && account !== noAccount)
    throw new SettingFailure(
      `cdk.json: signet.certificateArn is of account ${owner}; CloudFront takes those of ${account} alone`,
    );
}

/**
 * Reads what cdk.json says of the installation. Throws `SettingFailure`. Without an account of its own
 * it is that of the credentials; where nobody knows one, the template can be made and not deployed.
 */
export function readStackSettings(
  context: unknown,
  ofCredentials: string | undefined,
): StackSettings {
  if (context !== undefined && !form.isObject(context))
    throw new SettingFailure('cdk.json: signet expects an object, such as {"name": "signet"}');
  const read = v.safeParse(schema, context ?? {}, { abortEarly: true });
  if (!read.success) throw new SettingFailure(sentence(read.issues[0]));
  checkHosts(read.output);
  const settings = { ...read.output, account: read.output.account ?? ofCredentials ?? noAccount };
  checkOwner(settings);
  return settings;
}

/** Stands for an account where there are no credentials, as in a build. */
export const noAccount = '000000000000';

/** The hosts that belong to one tenant each, as viewer-request reads them. */
export function hostMapOf({
  hosts,
}: Pick<StackSettings, 'hosts'>): Readonly<Record<string, string>> {
  const owned = Object.entries(hosts).filter(([, tenant]) => tenant !== null);
  return Object.fromEntries(owned) as Record<string, string>;
}

/** The host of all tenants, if there is one with a name that can be asked for. */
export function mainHost({ hosts }: Pick<StackSettings, 'hosts'>): string | undefined {
  return Object.keys(hosts).find((name) => hosts[name] === null && !name.startsWith('*'));
}
