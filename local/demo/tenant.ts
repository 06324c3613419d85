import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Keyring } from '../../shared/keys/keyring.ts';
import { imageTypes, sniff } from '../../shared/operations/image-type.ts';
import type { ObjectStore } from '../../shared/ports.ts';
import type { Signer } from '../../shared/request/mint.ts';
import { sourceKey } from '../../shared/url/path.ts';
import type { PolicyBucket } from '../../shared/versions/bucket.ts';
import { type Publishing, publishPolicy } from '../../shared/versions/publishing.ts';
import { publishedPolicy, tenantNames } from '../../shared/versions/tenants.ts';
import { demoPolicy } from './policy.ts';
import { samples, samplesFolder } from './samples.ts';

export const demoTenant = 'demo';

async function upload(sources: ObjectStore, name: string, at: string): Promise<void> {
  const bytes = await readFile(path.join(samplesFolder, name));
  const type = sniff(bytes);
  await sources.put(sourceKey({ tenant: demoTenant, path: at }), bytes, {
    contentType: type === undefined ? 'application/octet-stream' : imageTypes[type].contentType,
    only: 'absent',
  });
}

/**
 * Creates the demo tenant if there is no tenant yet. The policy is published last, so that the next start
 * completes an interrupted one.
 */
export async function ensureDemo(
  sources: ObjectStore,
  publishing: Publishing,
  root: string,
): Promise<void> {
  if ((await tenantNames(publishing.config)).length > 0) return;
  await Promise.all(samples.map(({ name }) => upload(sources, name, name)));
  await upload(sources, 'mark.png', '_watermarks/mark.png');
  const document = { tenant: demoTenant, ...demoPolicy };
  await publishPolicy(publishing, document, { root, reason: 'the demo' });
}

/** The current signer of the demo tenant. Without a valid policy it uses the first signing key. */
export async function demoSigner(bucket: PolicyBucket, keyring: Keyring): Promise<Signer> {
  const published = await publishedPolicy(bucket, demoTenant).catch(() => undefined);
  const kid = published?.document.keys?.active ?? `${keyring.kids[0]}.1`;
  return { kid, signingKey: keyring.signingKey(demoTenant, kid) ?? '' };
}
