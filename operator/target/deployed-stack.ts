import type { RecentRequest } from '../../shared/adapters/recent-logs.ts';
import { s3Client, s3FromEnvironment, s3Store, streamedReader } from '../../shared/adapters/s3.ts';
import { secretsClient, secretsManager } from '../../shared/adapters/secrets-manager.ts';
import { stackRegion } from '../../shared/deployment/regions.ts';
import { secretIdsOf } from '../../shared/keys/store.ts';
import { readCallerArn } from './caller-identity.ts';
import { invalidateIn, operatorDeps, patience, shareResult, sourceParts } from './operator-deps.ts';
import { stackAnnouncement, stackDeployment, stackOutputs } from './stack-outputs.ts';

/** Opens a deployed stack, with the default credentials of the AWS SDK. Throws as `stackOutputs` does. */
export async function openStack(stack: string) {
  const access = { region: stackRegion };
  const outputs = await stackOutputs(access, patience, stack);
  const s3 = s3FromEnvironment(stackRegion);
  const client = s3Client(s3, patience);
  const announced = shareResult(() => stackAnnouncement(access, patience, stack));
  const readIdentity = () =>
    readCallerArn({
      region: stackRegion,
      credentials: async () => client.config.credentials(),
      // S3 has corrected a clock that is wrong, since every command reads the bucket first.
      clock: () => Date.now() + client.config.systemClockOffset,
      milliseconds: patience.connectionTimeout,
    });
  const secrets = secretsManager(secretsClient(access, patience));
  return {
    ...operatorDeps(secrets, secretIdsOf(outputs.secretsPrefix), {
      readIdentity,
      publishers: outputs.publishers,
    }),
    stack,
    openStackFacts: async () => {
      const { stackFacts } = await import('./stack-facts.ts');
      const distributionId = outputs.distribution;
      return stackFacts({ access, patience, stack, distributionId, s3: client });
    },
    buckets: { sources: outputs.sources, config: outputs.config },
    address: outputs.address,
    knownFields: async () =>
      (await stackDeployment(access, patience, stack)) ?? (await announced()).policyFields,
    hosts: async () => (await announced()).hosts,
    corsOrigins: async () => (await announced()).corsOrigins,
    disabledFormats: async () => (await announced()).disabledFormats,
    ...sourceParts(s3, s3Store(client, outputs.sources), async () => (await announced()).sources),
    openLogs: (bucket: string) => streamedReader(client, bucket),
    readRegionLines: async (region: string, request: RecentRequest) => {
      const { readRegionLines } = await import('../../shared/adapters/recent-logs.ts');
      return readRegionLines(region, request);
    },
    ...(outputs.logs === undefined ? {} : { logsBucket: outputs.logs }),
    derivatives: s3Store(client, outputs.derivatives),
    config: s3Store(client, outputs.config),
    invalidate: invalidateIn(access, outputs.distribution),
  };
}
