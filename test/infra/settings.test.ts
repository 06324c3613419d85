import { describe, expect, it } from 'vitest';
import { hostMapOf, mainHost, noAccount, readSettings } from '../../infra/settings.ts';
import { account, certificateArn, domains } from './synth.ts';

const elsewhere = certificateArn.replace('us-east-1', 'eu-west-1');

describe('the settings of an installation', () => {
  it('may be left out, all of them', () => {
    for (const context of [undefined, {}])
      expect(readSettings(context, account)).toEqual({
        name: 'signet',
        account,
        hosts: {},
        originShieldRegion: 'us-east-1',
        priceClass: 'all',
        firewall: false,
        logDays: 30,
        rotationDays: 90,
        tags: {},
      });
  });

  it('name the account of the credentials, or one that stands for none', () => {
    expect(readSettings({ account: '222222222222' }, account).account).toBe('222222222222');
    expect(readSettings({}, undefined).account).toBe(noAccount);
  });

  it('have usual rates where the firewall is there', () => {
    expect(readSettings({ firewall: {} }, account).firewall).toEqual({
      requestsPer5Minutes: 10_000,
      unsignedPerMinute: 500,
    });
  });

  it('say which hosts are whose', () => {
    const settings = readSettings(domains, account);
    expect(hostMapOf(settings)).toEqual({ '*.img.example.com': '*', 'img.acme.com': 'acme' });
    expect(mainHost(settings)).toBe('img.example.com');
    expect(mainHost(readSettings({}, account))).toBeUndefined();
  });

  it.each([
    [{ nam: 'x' }, 'signet.nam is no setting; did you mean "name"?'],
    [{ hots: {} }, 'signet.hots is no setting; did you mean "hosts"?'],
    [{ name: 'Signet' }, 'signet.name expects up to 24 of a-z, 0-9 and -, such as signet'],
    [{ name: 'a'.repeat(25) }, 'signet.name expects up to 24 of a-z, 0-9 and -, such as signet'],
    [{ account: 111_111_111_111 }, 'signet.account expects the twelve digits of an AWS account'],
    [{ account: '1' }, 'signet.account expects the twelve digits of an AWS account'],
    [
      { region: 'eu-west-1' },
      'signet.region is not us-east-1: Lambda@Edge is made there alone; leave it out',
    ],
    [
      { hosts: { 'img.example.com': null } },
      'signet.hosts needs signet.certificateArn: a certificate of ACM in us-east-1 for img.example.com',
    ],
    [{ certificateArn }, 'signet.certificateArn needs signet.hosts, which it is for'],
    [
      { certificateArn: elsewhere, hosts: { 'a.b': null } },
      'signet.certificateArn is of eu-west-1; CloudFront takes certificates of us-east-1 alone',
    ],
    [{ certificateArn: 'x' }, 'signet.certificateArn expects the ARN of a certificate of ACM'],
    [
      { hosts: { 'IMG.example.com': null } },
      'signet.hosts.IMG.example.com expects the name of a host, such as img.example.com',
    ],
    [
      { hosts: { 'img.*.example.com': '*' } },
      'signet.hosts.img.*.example.com expects the name of a host, such as img.example.com',
    ],
    [
      { hosts: { 'img.acme.com': 'Acme' } },
      'signet.hosts.img.acme.com expects the name of a tenant, null for the host of all tenants, or "*" where the host begins with *',
    ],
    [
      { hosts: { 'img.acme.com': '*' }, certificateArn },
      'signet.hosts.img.acme.com is "*", and the host has no * in it',
    ],
    [
      { firewall: true },
      'signet.firewall expects false, or {"requestsPer5Minutes": 10000, "unsignedPerMinute": 500}',
    ],
    [
      { firewall: { unsignedPerMinute: 1 } },
      'signet.firewall.unsignedPerMinute expects a whole number from 10 to 2000000000',
    ],
    [{ priceClass: 100 }, 'signet.priceClass expects one of all, 200, 100'],
    [{ originShieldRegion: 'here' }, 'signet.originShieldRegion expects a Region, or false'],
    [{ logDays: 0 }, 'signet.logDays expects a whole number from 1 to 3650'],
    [{ logDays: 1.5 }, 'signet.logDays expects a whole number from 1 to 3650'],
    [{ rotationDays: '90' }, 'signet.rotationDays expects a whole number from 1 to 1000'],
    [{ alarmEmail: 'me' }, 'signet.alarmEmail expects an address of e-mail'],
    [{ tags: { a: 1 } }, 'signet.tags.a expects a text'],
  ])('%j is refused in one sentence', (context, sentence) => {
    expect(() => readSettings(context, account)).toThrow(
      expect.objectContaining({ message: `cdk.json: ${sentence}` }),
    );
  });

  it.each([[null], [[]], ['signet'], [7]])('%j are none', (context) => {
    expect(() => readSettings(context, account)).toThrow(/^cdk\.json: signet expects an object/);
  });
});
