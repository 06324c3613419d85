import { describe, expect, it } from 'vitest';
import { recordFields } from '../../../infra/access-logs.ts';
import { athenaFields, athenaStatements, printAthena } from '../../../operator/usage/athena.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html */
const documented: readonly string[] = [
  ...['date', 'time', 'x-edge-location', 'sc-bytes', 'c-ip', 'cs-method', 'cs(Host)'],
  ...['cs-uri-stem', 'sc-status', 'cs(Referer)', 'cs(User-Agent)', 'cs-uri-query', 'cs(Cookie)'],
  ...['x-edge-result-type', 'x-edge-request-id', 'x-host-header', 'cs-protocol', 'cs-bytes'],
  ...['time-taken', 'x-forwarded-for', 'ssl-protocol', 'ssl-cipher'],
  ...['x-edge-response-result-type', 'cs-protocol-version', 'fle-status'],
  ...['fle-encrypted-fields', 'c-port', 'time-to-first-byte', 'x-edge-detailed-result-type'],
  ...['sc-content-type', 'sc-content-len', 'sc-range-start', 'sc-range-end'],
];

const options = {
  ...{ place: { bucket: 'logs', prefix: 'cloudfront/' }, hasDays: true, tenants: ['acme'] },
  ...{ hosts: {}, by: 'month' as const, days: { since: undefined, until: undefined } },
};

const request = {
  ...{ target: undefined, tenant: undefined, policies: [], by: 'day' as const },
  ...{ days: options.days, listsStored: false, checks: false },
};

describe('the statements for Athena', () => {
  it.each(athenaFields)('read %s, which CloudFront documents and a stack logs', (field) => {
    expect(documented).toContain(field);
    expect(recordFields).toContain(field);
  });

  it('have partitions by day over the logs of a stack alone', () => {
    expect(printAthena(options).table).toContain('s3://logs/cloudfront/$');
    expect(printAthena({ ...options, hasDays: false }).table).not.toContain('PARTITIONED');
  });

  it('read a day more on both sides, because logs are delivered late', () => {
    const { query } = printAthena({ ...options, days: { since: 20_666, until: 20_666 } });
    for (const condition of [
      `"date" >= '2026-08-01'`,
      `"day" >= '2026/07/31'`,
      `"day" <= '2026/08/02'`,
    ])
      expect(query).toContain(condition);
  });

  it('count no request for an installation without tenants', () => {
    expect(printAthena({ ...options, tenants: [] }).query).toContain('IN (NULL)');
  });

  it('name the tenants of an installation, deleted ones too', async () => {
    const installation = createMemoryInstallation();
    await installation.publish('acme');
    await installation.config.put('audit/gone/1.jws', new Uint8Array(), { contentType: 'a' });
    const logs = ['s3://logs/a/'];
    const { query, table } = await athenaStatements(installation.open, { ...request, logs });
    expect(query).toContain("IN ('acme', 'gone')");
    expect(table).toContain("LOCATION 's3://logs/a/'");
    const one = await athenaStatements(installation.open, { ...request, logs, tenant: 'acme' });
    expect(one.query).toContain("WHEN named IN ('acme')");
    expect(one.query).toContain("WHERE tenant <> '(unknown)'");
  });

  it.each([
    [[], /name a stack with --target aws:STACK/],
    [['access.log'], /name a stack/],
    [['s3://logs/a/', 's3://logs/b/'], /name a stack/],
    [['s3://Logs/a/'], /write s3:\/\/BUCKET\/PREFIX/],
    [["s3://logs/a'/"], /cannot be the place of an Athena table/],
    [['s3://logs/a'], /a slash at the end/],
  ])('are refused for %j', async (logs, message) => {
    const { open } = createMemoryInstallation();
    await expect(athenaStatements(open, { ...request, logs })).rejects.toThrow(message);
  });
});
