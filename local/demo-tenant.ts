import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { samples, samplesFolder } from '../demo/samples.ts';
import { imageTypes, sniff } from '../shared/image-type.ts';
import type { ObjectStore } from '../shared/ports.ts';
import { starterPolicy } from '../shared/starter-policy.ts';
import { publishPolicy, tenantNames } from '../shared/stores/tenants.ts';
import { sourceKey } from '../shared/target.ts';

export const demoTenant = 'demo';

async function upload(sources: ObjectStore, name: string): Promise<void> {
  const bytes = await readFile(path.join(samplesFolder, name));
  const type = sniff(bytes);
  await sources.put(sourceKey({ tenant: demoTenant, path: name }), bytes, {
    contentType: type === undefined ? 'application/octet-stream' : imageTypes[type].contentType,
    only: 'absent',
  });
}

/**
 * Gives an empty state folder its first tenant. The policy goes last, so that a start that was
 * interrupted is made good by the next one; where there is any tenant, nothing is touched.
 */
export async function ensureDemo(
  { sources, config }: { readonly sources: ObjectStore; readonly config: ObjectStore },
  kid: string,
): Promise<void> {
  if ((await tenantNames(config)).length > 0) return;
  await Promise.all(samples.map(({ name }) => upload(sources, name)));
  const firstKeys = { active: kid, accept: [kid] };
  await publishPolicy(
    config,
    { tenant: demoTenant, ...starterPolicy },
    { firstKeys, create: true },
  );
}
