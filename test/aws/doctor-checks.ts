import http from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { GetQueueUrlCommand, ListQueuesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { edgeRegions } from '../../shared/deployment/regions.ts';
import { command } from '../cli/in-process.ts';
import { checks } from './checks.ts';
import { buckets, type World } from './world.ts';

type Found = {
  readonly check: string;
  readonly ok: boolean;
  readonly found: string;
  readonly todo?: string;
};

/** What doctor finds, by the name of the check. */
export async function doctorFindings(): Promise<ReadonlyMap<string, Found>> {
  const { stdout } = await command(['doctor', '--target', 'aws:signet', '--json'], {});
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Found[] };
  return new Map(findings.map((one) => [one.check, one]));
}

const problemsIn = (findings: ReadonlyMap<string, Found>): readonly string[] =>
  [...findings.values()].filter(({ ok }) => !ok).map(({ check }) => check);

/** moto's Lambda does not tell the settings of an account. This answers as AWS documents it. */
export async function withLambdaSettings(
  concurrent: (region: string) => number,
  work: () => Promise<void>,
): Promise<void> {
  const server = http.createServer((request, response) => {
    const [, region = ''] =
      /Credential=[^/]+\/\d+\/([^/]+)\/lambda\//.exec(request.headers.authorization ?? '') ?? [];
    const AccountLimit = {
      ConcurrentExecutions: 1_000,
      UnreservedConcurrentExecutions: concurrent(region),
    };
    const known = request.url === '/2016-08-19/account-settings/';
    response.writeHead(known ? 200 : 404).end(JSON.stringify({ AccountLimit }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  process.env['AWS_ENDPOINT_URL_LAMBDA'] = `http://127.0.0.1:${port}`;
  try {
    await work();
  } finally {
    delete process.env['AWS_ENDPOINT_URL_LAMBDA'];
    server.close();
  }
}

/** moto's CloudFront keeps no functions of a distribution, and its CloudFormation makes no versions of them. */
const always = ['functions'];

async function sendDeadLetter({ clients: { sqs } }: World): Promise<void> {
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  const name = QueueUrls.find((url) => url.includes('PurgeDead'))
    ?.split('/')
    .at(-1);
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: name }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
}

/** Declares the checks of doctor. */
export function checkDoctor(world: () => World): void {
  checks(
    'commands',
    'doctor',
    'finds only that moto keeps no functions of a distribution',
    async () => {
      await withLambdaSettings(
        () => 1_000,
        async () => {
          const findings = await doctorFindings();
          expect(problemsIn(findings)).toEqual(always);
          expect(findings.get('stack')?.found).toBe('CREATE_COMPLETE');
          expect(findings.get('rotation')?.found).toMatch(/every 90 days$/);
          expect(findings.get('view')?.found).toMatch(/ accepts a signed URL of acme$/);
        },
      );
    },
  );

  checks(
    'commands',
    'doctor, after changes outside of the stack',
    'finds each, and says what to do',
    async () => {
      const { s3 } = world().clients;
      const Bucket = buckets.sources;
      await s3.send(
        new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} }),
      );
      await s3.send(
        new PutBucketVersioningCommand({
          Bucket: buckets.config,
          VersioningConfiguration: { Status: 'Suspended' },
        }),
      );
      await sendDeadLetter(world());
      await withLambdaSettings(
        (region) => (region === 'eu-west-1' ? 10 : 1_000),
        async () => {
          const findings = await doctorFindings();
          const changed = ['notifications', 'versioning', 'purge queue', 'quotas'];
          expect(problemsIn(findings).toSorted()).toEqual([...always, ...changed].toSorted());
          expect(findings.get('versioning')?.todo).toContain(`--bucket ${buckets.config}`);
          expect(findings.get('notifications')?.found).toContain(buckets.sources);
          expect(findings.get('purge queue')?.found).toMatch(/^1 purge failed/);
          expect(findings.get('quotas')?.found).toMatch(/: eu-west-1 10$/);
          for (const { ok, todo } of findings.values()) if (!ok) expect(todo).toMatch(/\w/);
        },
      );
      await world().repair();
    },
  );

  checks('commands', 'doctor', `reads quotas in ${edgeRegions.length} Regions`, async () => {
    const asked = new Set<string>();
    const note = (region: string): number => {
      asked.add(region);
      return 1_000;
    };
    await withLambdaSettings(note, async () => void (await doctorFindings()));
    expect([...asked].toSorted()).toEqual([...edgeRegions].toSorted());
  });
}
