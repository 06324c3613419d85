import { describe, expect, it } from 'vitest';
import { hostMapOf, mainHost, noAccount, readStackSettings } from '../../infra/settings.ts';
import { account, certificateArn, domains } from './synth.ts';

const elsewhere = certificateArn.replace('us-east-1', 'eu-west-1');

const badName =
  'signet.name expects up to 24 of a-z, 0-9 and -, with a letter first and a letter or digit last, such as signet';
const badHost = 'expects a host name of your own, such as img.example.com';
const badTag = (least: number, most: number): string =>
  `expects ${least} to ${most} letters, digits, spaces and _.:/=+@-, not beginning with aws:`;

const badOrigin =
  'signet.corsOrigins.0 expects the exact https origin of a page, as browsers send it, such as https://www.example.com';

type Wrong = readonly [context: unknown, sentence: string];
const wrongs: readonly Wrong[] = [
  [{ nam: 'x' }, 'signet.nam is not a setting; did you mean "name"?'],
  ...['img', 'signet-2'].map(
    (secretsPrefix): Wrong => [
      { name: 'images', secretsPrefix },
      `signet.secretsPrefix is "${secretsPrefix}"; a new installation has its name there, "images", and an earlier one has "signet"`,
    ],
  ),
  [{ hots: {} }, 'signet.hots is not a setting; did you mean "hosts"?'],
  ...['Signet', 'a'.repeat(25), '1abc', '-a-', 'a-', 'xn--abc', 'sthree-x', 7].map(
    (name): Wrong => [{ name }, badName],
  ),
  [{ account: 111_111_111_111 }, 'signet.account expects the 12 digits of an AWS account'],
  [{ account: '1' }, 'signet.account expects the 12 digits of an AWS account'],
  [
    { region: 'eu-west-1' },
    'signet.region must be us-east-1: Lambda@Edge functions are created there; remove the setting',
  ],
  [
    { hosts: { 'img.example.com': null } },
    'signet.hosts needs signet.certificateArn, an ACM certificate in us-east-1 for img.example.com',
  ],
  [{ certificateArn }, 'signet.certificateArn needs signet.hosts, the hosts that it covers'],
  [
    { certificateArn: elsewhere, hosts: { 'a.b': null } },
    'signet.certificateArn is in eu-west-1; CloudFront needs a certificate in us-east-1',
  ],
  [
    { ...domains, account: '222222222222' },
    `signet.certificateArn belongs to account ${account}; CloudFront needs a certificate of 222222222222`,
  ],
  [{ certificateArn: 'x' }, 'signet.certificateArn expects the ARN of an ACM certificate'],
  [{ hosts: { 'IMG.example.com': null } }, `signet.hosts.IMG.example.com ${badHost}`],
  [{ hosts: { 'img.*.example.com': '*' } }, `signet.hosts.img.*.example.com ${badHost}`],
  ...['1.2.3.4', 'd1234.cloudfront.net', 'localhost', `${'a.'.repeat(130)}com`, 'a\u001b.com'].map(
    (host): Wrong => [
      { hosts: { [host]: null } },
      `signet.hosts.${host.replace('\u001b', '\uFFFD')} ${badHost}`,
    ],
  ),
  ...[null, 'img.example.com', ['img.example.com'], 7].map(
    (hosts): Wrong => [
      { hosts },
      'signet.hosts expects an object, such as {"img.example.com": null}',
    ],
  ),
  [
    { hosts: { 'img.acme.com': 'Acme' } },
    'signet.hosts.img.acme.com expects the name of a tenant, null for a host of all tenants, or "*" if the host begins with *',
  ],
  [
    { hosts: { 'img.acme.com': '*' }, certificateArn },
    'signet.hosts.img.acme.com is "*", but the host does not begin with *.',
  ],
  ...[true, [], 'on', null].map(
    (firewall): Wrong => [
      { firewall },
      'signet.firewall expects false or {"requestsPer5Minutes": 10000, "unsignedPerMinute": 500}',
    ],
  ),
  [
    { firewall: { unsignedPerMinute: 1 } },
    'signet.firewall.unsignedPerMinute expects a whole number from 10 to 2000000000',
  ],
  [{ priceClass: 100 }, 'signet.priceClass expects one of all, 200, 100'],
  ...['here', 'eu-north-1', 'cn-north-1', true, null].map(
    (originShieldRegion): Wrong => [
      { originShieldRegion },
      'signet.originShieldRegion expects false or a Region with Origin Shield: us-east-1, us-east-2, us-west-2, sa-east-1, eu-west-1, eu-west-2, eu-central-1, ap-south-1, ap-northeast-1, ap-northeast-2, ap-southeast-1, ap-southeast-2, me-central-1',
    ],
  ),
  ...[
    ...['*', 'https://*.example.com', 'http://www.example.com', 'www.example.com', 'null', ''],
    ...['https://www.example.com/', 'https://www.example.com:443', 'https://WWW.example.com', 7],
    ...['https://www.example.com:65536', 'https://a@example.com', 'https://bücher.example'],
  ].map((origin): Wrong => [{ corsOrigins: [origin] }, badOrigin]),
  [
    { corsOrigins: 'https://www.example.com' },
    'signet.corsOrigins expects a list of origins, such as ["https://www.example.com"]',
  ],
  [
    { corsOrigins: Array.from({ length: 101 }, (_one, at) => `https://a${at}.example`) },
    'signet.corsOrigins has more than 100 origins',
  ],
  [
    { corsOrigins: ['https://a.example', 'https://a.example'] },
    'signet.corsOrigins names an origin twice',
  ],
  [{ uploadOrigins: ['https://*.example.com'] }, badOrigin.replace('corsOrigins', 'uploadOrigins')],
  ...['png', ['avif'], ['jpeg'], [7]].map(
    (disabledFormats): Wrong => [
      { disabledFormats },
      `signet.disabledFormats${Array.isArray(disabledFormats) ? '.0' : ''} expects a list of jpg, png, webp, gif`,
    ],
  ),
  [{ disabledFormats: ['gif', 'gif'] }, 'signet.disabledFormats names a format twice'],
  [{ logOneIn: 0 }, 'signet.logOneIn expects a whole number from 1 to 1000'],
  [{ logOneIn: '10' }, 'signet.logOneIn expects a whole number from 1 to 1000'],
  [{ logDays: 0 }, 'signet.logDays expects a whole number from 1 to 3650'],
  [{ logDays: 1.5 }, 'signet.logDays expects a whole number from 1 to 3650'],
  ...[1, 1_001, '5'].map(
    (reservedConcurrency): Wrong => [
      { reservedConcurrency },
      'signet.reservedConcurrency expects a whole number from 2 to 1000',
    ],
  ),
  [{ rotationDays: '90' }, 'signet.rotationDays expects a whole number from 1 to 1000'],
  ...['me', 'mailto:a@example.com', 'öps@bücher.example', 'a@b'].map(
    (alarmEmail): Wrong => [
      { alarmEmail },
      'signet.alarmEmail expects an email address, such as ops@example.com',
    ],
  ),
  ...[1, '', 'a&b', '😀', 'x'.repeat(257)].map(
    (value): Wrong => [{ tags: { a: value } }, `signet.tags.a ${badTag(1, 256)}`],
  ),
  ...['', 'aws:x', 'AWS:x', 'a,b', 'x'.repeat(129)].map(
    (key): Wrong => [{ tags: { [key]: 'x' } }, `signet.tags.${key} ${badTag(1, 128)}`],
  ),
  ...[['x'], null, JSON.parse('{"__proto__":"x"}')].map(
    (tags): Wrong => [{ tags }, 'signet.tags expects an object, such as {"team": "images"}'],
  ),
  [
    { tags: Object.fromEntries(Array.from({ length: 46 }, (_, at) => [`t${at}`, 'x'])) },
    'signet.tags expects at most 45 tags: AWS allows 50, including its own',
  ],
];

describe('the settings of an installation', () => {
  it('are all optional', () => {
    for (const context of [undefined, {}])
      expect(readStackSettings(context, account)).toEqual({
        name: 'signet',
        secretsPrefix: 'signet',
        account,
        sources: {},
        hosts: {},
        corsOrigins: [],
        uploadOrigins: [],
        disabledFormats: [],
        originShieldRegion: 'us-east-1',
        priceClass: 'all',
        firewall: false,
        logOneIn: 10,
        logDays: 30,
        rotationDays: 90,
        tags: {},
      });
  });

  it('take the account from the credentials, or a placeholder', () => {
    expect(readStackSettings({ account: '222222222222' }, account).account).toBe('222222222222');
    expect(readStackSettings({}, undefined).account).toBe(noAccount);
  });

  it('have default rates for the firewall', () => {
    expect(readStackSettings({ firewall: {} }, account).firewall).toEqual({
      requestsPer5Minutes: 10_000,
      unsignedPerMinute: 500,
    });
  });

  it('map hosts to tenants', () => {
    const settings = readStackSettings(domains, account);
    expect(hostMapOf(settings)).toEqual({ '*.img.example.com': '*', 'img.acme.com': 'acme' });
    expect(mainHost(settings)).toBe('img.example.com');
    expect(mainHost(readStackSettings({}, account))).toBeUndefined();
  });

  it.each(wrongs)('%j is rejected in one sentence', (context, sentence) => {
    expect(() => readStackSettings(context, account)).toThrow(
      expect.objectContaining({ message: sentence }),
    );
  });

  it.each([[null], [[]], ['signet'], [7]])('must be an object: %j', (context) => {
    expect(() => readStackSettings(context, account)).toThrow(/^signet expects an object/);
  });
});
