import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { samplesFolder } from '../../local/demo/samples.ts';
import { json } from '../cli/in-process.ts';
import { type Client, type Signed, startClient } from './client.ts';

/** What S3 and Secrets Manager take on one machine. */
export const credentials = { accessKeyId: 'signet', secretAccessKey: 'signet-local' };
export const sourcesBucket = 'signet-sources';
export const derivativesBucket = 'signet-derivatives';

/** The kid that a new tenant signs with. */
export const firstKid = 'r1.1';

export const permissivePolicy = fileURLToPath(new URL('permissive-policy.json', import.meta.url));

export const sampleFile = (name: string): string => path.join(samplesFolder, name);

export const seconds = (): number => Math.floor(Date.now() / 1_000);

export function s3Of(port: number): S3Client {
  return new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
  });
}

/** An empty state folder that the test removes. */
export async function stateFolder() {
  const home = await mkdtemp(path.join(tmpdir(), 'signet-e2e-'));
  return { home, remove: () => rm(home, { recursive: true, force: true }) };
}

export async function listKeys(s3: S3Client, Bucket: string, Prefix: string) {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken: token }),
    );
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''));
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return keys.toSorted();
}

/** Runs a command of `signet` on this state folder. Returns the JSON that it prints. One at a time. */
export const command = (home: string, args: readonly string[]) =>
  json<Readonly<Record<string, unknown>>>(args, { SIGNET_HOME: home });

/** Creates a tenant; the answer is its signing key, as a backend gets it. */
export async function createTenant(home: string, tenant: string, policyFile: string) {
  await command(home, ['tenant', 'create', tenant, '--policy', policyFile]);
  const { kid, signingKey } = await command(home, ['keys', 'show', tenant]);
  if (kid !== firstKid) throw new Error(`a new tenant signs with ${String(kid)}`);
  return String(signingKey);
}

export const putSample = (home: string, tenant: string, name: string) =>
  command(home, ['put', tenant, name, sampleFile(name)]);

export type Minter = (
  name: string,
  operations: readonly string[],
  changes?: { readonly exp?: number | null; readonly kid?: string; readonly key?: string },
) => Promise<Signed>;

/** What mints a tenant's URLs, good for an hour unless told. */
export function minter(client: Client, tenant: string, signingKey: string): Minter {
  return (name, operations, changes = {}) =>
    client.ask('sign', {
      key: changes.key ?? signingKey,
      kid: changes.kid ?? firstKid,
      exp: changes.exp === undefined ? seconds() + 3_600 : changes.exp,
      tenant,
      path: name,
      operations,
    });
}

type LogLine = {
  readonly outcome?: string;
  readonly tenant?: string;
  readonly path?: string;
  readonly recipe?: string;
};

function logged(line: string): LogLine[] {
  return line.startsWith('{') ? [JSON.parse(line) as LogLine] : [];
}

/** What the render function has made, counted on the server's side. */
export async function rendered(home: string, tenant: string): Promise<readonly string[]> {
  const text = await readFile(path.join(home, 'logs', 'edge.log'), 'utf8');
  return text
    .split('\n')
    .flatMap(logged)
    .filter((line) => line.outcome === 'rendered' && line.tenant === tenant)
    .map((line) => `${line.path}__op__${line.recipe}`);
}

export { startClient };
