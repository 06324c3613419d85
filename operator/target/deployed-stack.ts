import { s3Client, s3FromEnvironment, s3Store } from '../../shared/adapters/s3.ts';
import { secretsClient, secretsManager } from '../../shared/adapters/secrets-manager.ts';
import { stackRegion } from '../../shared/deployment/regions.ts';
import { secretIdsOf } from '../../shared/keys/store.ts';
import { invalidateIn, operatorDeps, patience, shareResult, sourceParts } from './operator-deps.ts';
import { isStackSettled, stackAnnouncement, stackOutputs } from './stack-outputs.ts';

/** Opens a deployed stack, with the default credentials of the AWS SDK. Throws as `stackOutputs` does. */
export async function openStack(stack: string) {
  const access = { region: stackRegion };
  const outputs = await stackOutputs(access, patience, stack);
  const s3 = s3FromEnvironment(stackRegion);
  const client = s3Client(s3, patience);
  const announced = shareResult(() => stackAnnouncement(access, patience, stack));
  return {
    ...operatorDeps(
      secretsManager(secretsClient(access, patience)),
      secretIdsOf(outputs.secretsPrefix),
    ),
    stack,
    address: outputs.address,
    knownFields: async () =>
      (await isStackSettled(access, patience, stack))
        ? (await announced()).policyFields
        : ('changing' as const),
    hosts: async () => (await announced()).hosts,
    corsOrigins: async () => (await announced()).corsOrigins,
    ...sourceParts(s3, s3Store(client, outputs.sources), async () => (await announced()).sources),
    derivatives: s3Store(client, outputs.derivatives),
    config: s3Store(client, outputs.config),
    invalidate: invalidateIn(access, outputs.distribution),
  };
}
