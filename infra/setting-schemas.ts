import * as v from 'valibot';
import { shieldRegions } from '../shared/deployment/regions.ts';
import { limits } from '../shared/limits.ts';
import { sourceTypes } from '../shared/operations/image-type.ts';
import { isPlainObject } from '../shared/plain-object.ts';
import { isSecureOrigin } from '../shared/url/origin.ts';
import { isTenant } from '../shared/url/path.ts';

/*
 * Schemas for the values in cdk.json. They reject what AWS would refuse in the middle of a deployment,
 * with one sentence, before anything is built.
 */

/** A text of a given form. `expects` describes the form in the error message. */
export const textSetting = (form: RegExp, expects: string) =>
  v.pipe(v.string(`expects ${expects}`), v.regex(form, `expects ${expects}`));

/** A whole number in a range. */
export function wholeNumber(least: number, most: number) {
  const expects = `expects a whole number from ${least} to ${most}`;
  return v.pipe(
    v.number(expects),
    v.integer(expects),
    v.minValue(least, expects),
    v.maxValue(most, expects),
  );
}

const objectSetting = (example: string) =>
  v.custom<Readonly<Record<string, unknown>>>(
    isPlainObject,
    `expects an object, such as ${example}`,
  );

/** Bucket names begin with the stack name, and S3 reserves some prefixes. */
export const stackName = textSetting(
  /^(?!xn--|sthree-|amzn-s3-demo-)[a-z](?:[a-z0-9-]{0,22}[a-z0-9])?$/,
  'up to 24 of a-z, 0-9 and -, with a letter first and a letter or digit last, such as signet',
);

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** CloudFront accepts a wildcard only as the first label. The last label of an IP address has no letter. */
const hostForm = new RegExp(
  `^(?=.{1,253}$)(?!.*\\.cloudfront\\.net$)(?:\\*|${label})(?:\\.${label})*\\.(?=[0-9-]*[a-z])${label}$`,
);

const owner = v.custom<string | null>(
  (value) => value === null || value === '*' || (typeof value === 'string' && isTenant(value)),
  'expects the name of a tenant, null for a host of all tenants, or "*" if the host begins with *',
);

export const hosts = v.pipe(
  objectSetting('{"img.example.com": null}'),
  v.record(textSetting(hostForm, 'a host name of your own, such as img.example.com'), owner),
);

const originExpectation =
  'expects the exact https origin of a page, as browsers send it, such as https://www.example.com';
const originList = 'expects a list of origins, such as ["https://www.example.com"]';

/** Exact origins of pages. */
export const pageOrigins = v.pipe(
  v.array(
    v.pipe(v.string(originExpectation), v.check(isSecureOrigin, originExpectation)),
    originList,
  ),
  v.maxLength(limits.corsOrigins, `has more than ${limits.corsOrigins} origins`),
  v.check((all) => new Set(all).size === all.length, 'names an origin twice'),
);

const formatList = `expects a list of ${sourceTypes.join(', ')}`;
export const disabledFormats = v.pipe(
  v.array(v.picklist(sourceTypes, formatList), formatList),
  v.check((all) => new Set(all).size === all.length, 'names a format twice'),
);

/** The ARN of a certificate. The groups are its Region and its account. */
export const certificateForm = /^arn:aws:acm:([a-z0-9-]+):([0-9]{12}):certificate\/[0-9a-f-]{36}$/;

export const shield = v.union(
  [v.literal(false), v.picklist(shieldRegions)],
  `expects false or a Region with Origin Shield: ${shieldRegions.join(', ')}`,
);

const usual = '{"requestsPer5Minutes": 10000, "unsignedPerMinute": 500}';
const rates = v.pipe(
  v.custom<Readonly<Record<string, unknown>>>(isPlainObject, `expects false or ${usual}`),
  v.strictObject({
    requestsPer5Minutes: v.optional(wholeNumber(10, 2_000_000_000), 10_000),
    unsignedPerMinute: v.optional(wholeNumber(10, 2_000_000_000), 500),
  }),
);
type Rates = v.InferOutput<typeof rates>;
export const firewall: v.GenericSchema<unknown, Rates | false> = v.lazy((value) =>
  value === false ? v.literal(false) : rates,
);

export const email = textSetting(
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/,
  'an email address, such as ops@example.com',
);

/** https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
const tagText = (least: number, most: number) =>
  textSetting(
    new RegExp(`^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+@-]{${least},${most}}$`, 'iu'),
    `${least} to ${most} letters, digits, spaces and _.:/=+@-, not beginning with aws:`,
  );
export const tags = v.pipe(
  objectSetting('{"team": "images"}'),
  v.record(tagText(1, 128), tagText(1, 256)),
  v.check(
    (all) => Object.keys(all).length <= 45,
    'expects at most 45 tags: AWS allows 50, including its own',
  ),
);
