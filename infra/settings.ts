import * as v from 'valibot';
import { orMeant } from '../shared/nearest.ts';
import { isTenant } from '../shared/target.ts';

/** Something in cdk.json that the person at the keyboard can put right, in one sentence. */
export class SettingFailure extends Error {
  override readonly name = 'SettingFailure';
}

/** Lambda@Edge is made in this Region and nowhere else. */
export const region = 'us-east-1';

const text = (form: RegExp, expects: string) =>
  v.pipe(v.string(`expects ${expects}`), v.regex(form, `expects ${expects}`));
const count = (least: number, most: number) => {
  const expects = `expects a whole number from ${least} to ${most}`;
  return v.pipe(
    v.number(expects),
    v.integer(expects),
    v.minValue(least, expects),
    v.maxValue(most, expects),
  );
};

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** CloudFront takes a wildcard for the first label alone. */
const hostForm = new RegExp(`^(?:\\*|${label})(?:\\.${label})+$`);
const certificateForm = /^arn:aws:acm:([a-z0-9-]+):[0-9]{12}:certificate\/[0-9a-f-]{36}$/;

const owner = v.custom<string | null>(
  (value) => value === null || value === '*' || (typeof value === 'string' && isTenant(value)),
  'expects the name of a tenant, null for the host of all tenants, or "*" where the host begins with *',
);

const shield = v.custom<string | false>(
  (value) =>
    value === false || (typeof value === 'string' && /^[a-z]{2}(?:-[a-z]+)+-[0-9]$/.test(value)),
  'expects a Region, or false',
);

const rates = v.strictObject(
  {
    requestsPer5Minutes: v.optional(count(10, 2_000_000_000), 10_000),
    unsignedPerMinute: v.optional(count(10, 2_000_000_000), 500),
  },
  'expects false, or {"requestsPer5Minutes": 10000, "unsignedPerMinute": 500}',
);
type Rates = v.InferOutput<typeof rates>;
const firewall: v.GenericSchema<unknown, Rates | false> = v.lazy((value) =>
  value === false ? v.literal(false) : rates,
);

const fields = {
  name: v.optional(
    text(/^[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?$/, 'up to 24 of a-z, 0-9 and -, such as signet'),
    'signet',
  ),
  account: v.optional(text(/^[0-9]{12}$/, 'the twelve digits of an AWS account')),
  region: v.optional(
    v.literal(region, `is not ${region}: Lambda@Edge is made there alone; leave it out`),
  ),
  hosts: v.optional(
    v.record(text(hostForm, 'the name of a host, such as img.example.com'), owner),
    {},
  ),
  certificateArn: v.optional(text(certificateForm, 'the ARN of a certificate of ACM')),
  originShieldRegion: v.optional(shield, region),
  priceClass: v.optional(v.picklist(['all', '200', '100'], 'expects one of all, 200, 100'), 'all'),
  firewall: v.optional(firewall, false),
  alarmEmail: v.optional(text(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'an address of e-mail')),
  logDays: v.optional(count(1, 3_650), 30),
  rotationDays: v.optional(count(1, 1_000), 90),
  tags: v.optional(v.record(v.string(), v.string('expects a text')), {}),
} as const;
const schema = v.strictObject(fields);

export type Settings = Readonly<v.InferOutput<typeof schema>> & {
  /** Twelve digits; bucket names have them in. */
  readonly account: string;
};

function sentence(issue: v.BaseIssue<unknown>): string {
  const path = ['signet', ...(issue.path ?? []).map(({ key }) => String(key))].join('.');
  if (issue.type !== 'strict_object' || issue.expected !== 'never')
    return `cdk.json: ${path} ${issue.message}`;
  const name = String(issue.path?.at(-1)?.key ?? '');
  return `cdk.json: ${path} is no setting${orMeant(name, Object.keys(fields))}`;
}

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function checkHosts({ hosts, certificateArn }: v.InferOutput<typeof schema>): void {
  const names = Object.keys(hosts);
  if (names.length > 0 && certificateArn === undefined)
    throw new SettingFailure(
      `cdk.json: signet.hosts needs signet.certificateArn: a certificate of ACM in ${region} for ${names.join(', ')}`,
    );
  const [, where] = certificateForm.exec(certificateArn ?? '') ?? [];
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

/**
 * Reads what cdk.json says of the installation. Throws `SettingFailure`. Without an account of its own
 * it is that of the credentials; where nobody knows one, the template can be made and not deployed.
 */
export function readSettings(context: unknown, ofCredentials: string | undefined): Settings {
  if (context !== undefined && !isObject(context))
    throw new SettingFailure('cdk.json: signet expects an object, such as {"name": "signet"}');
  const read = v.safeParse(schema, context ?? {}, { abortEarly: true });
  if (!read.success) throw new SettingFailure(sentence(read.issues[0]));
  checkHosts(read.output);
  return { ...read.output, account: read.output.account ?? ofCredentials ?? noAccount };
}

/** Stands for an account where there are no credentials, as in a build. */
export const noAccount = '000000000000';

/** The hosts that belong to one tenant each, as viewer-request reads them. */
export function hostMapOf({ hosts }: Pick<Settings, 'hosts'>): Readonly<Record<string, string>> {
  const owned = Object.entries(hosts).filter(([, tenant]) => tenant !== null);
  return Object.fromEntries(owned) as Record<string, string>;
}

/** The host of all tenants, if there is one with a name that can be asked for. */
export function mainHost({ hosts }: Pick<Settings, 'hosts'>): string | undefined {
  return Object.keys(hosts).find((name) => hosts[name] === null && !name.startsWith('*'));
}
