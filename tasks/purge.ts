import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { systemClock } from '../shared/adapters/clock.ts';
import { createInvalidate } from '../shared/adapters/cloudfront.ts';
import { nodeCrypto } from '../shared/adapters/crypto.ts';
import { putLine } from '../shared/adapters/log-line.ts';
import { s3Client, s3FromEnvironment, s3Store } from '../shared/adapters/s3.ts';
import { claimedSource } from '../shared/versions/claimed-source.ts';
import { purgeConfig } from './config.ts';
import { printInvalidationLine } from './purge-line.ts';
import { handlePurgeMessages, type PurgeWork } from './purge-messages.ts';
import { readSetting } from './setting.ts';
import { isFirstVersion } from './source-history.ts';
import { queueSender } from './sqs.ts';

/*
 * A Lambda function behind a queue. When a source changes, it deletes the derivatives of the source, at
 * once and again after renders that read the old source have ended. When a tenant's sources are read from
 * another place, it deletes all derivatives of the tenant.
 */

const access = { region: 'us-east-1' } as const;
/** A batch has one minute. The queue delivers failed messages again. */
const patience = { connectionTimeout: 2_000, requestTimeout: 10_000, maxAttempts: 3 };

const write = (line: object): void => putLine(JSON.stringify({ function: 'purge', ...line }));

const s3 = s3Client(s3FromEnvironment(access.region), patience);
const sources = readSetting('SIGNET_SOURCES_BUCKET');
const configBucket = readSetting('SIGNET_CONFIG_BUCKET');
const policies = s3Store(s3, configBucket);
const work: PurgeWork = {
  crypto: nodeCrypto,
  derivatives: s3Store(s3, readSetting('SIGNET_DERIVATIVES_BUCKET')),
  invalidate: createInvalidate(access, patience, readSetting('SIGNET_DISTRIBUTION_ID')),
  buckets: { sources, config: configBucket, elsewhere: purgeConfig.sources },
  sourceOf: (tenant) => claimedSource(policies, tenant),
  isFirst: isFirstVersion(s3, sources),
  later: queueSender(access, patience, readSetting('SIGNET_PURGE_QUEUE')),
  onFailure: (reason) => write({ level: 'error', reason }),
  onInvalidated: (tenant, paths) => putLine(printInvalidationLine(tenant, paths, systemClock())),
};

/** Handles a batch. The queue delivers the messages named in the answer again. */
export async function handler({ Records }: SQSEvent): Promise<SQSBatchResponse> {
  const messages = Records.map(({ messageId, body }) => ({ id: messageId, body }));
  const failed = await handlePurgeMessages(work, messages);
  write({ level: 'info', messages: messages.length, failed: failed.length });
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
