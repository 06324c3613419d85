import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../build/functions.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { rootKeyring } from '../../shared/keys/keyring.ts';
import type { PublisherSecretKey } from '../../shared/keys/publisher.ts';
import { mint } from '../../shared/request/mint.ts';
import { deployedConfig } from './deployed-config.ts';
import { newPublisher, newRoots, signStarterPolicy, tenantName } from './starter-tenants.ts';

/*
 * The memory of viewer-request, as it is bundled for a deployment, after many decisions over many tenants.
 * S3 and Secrets Manager are a server in this process.
 */

/**
 * What the Node runtime of Lambda passes to V8 in a function of 128 MB: 90 % of it for old objects and
 * 5 % for each half of the young ones.
 */
const lambdaFlags = ['--max-old-space-size=115', '--max-semi-space-size=6'];

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  publisher: PublisherSecretKey,
  roots: string,
): Promise<void> {
  const [, tenant] = /^\/config\/policies\/([a-z0-9-]+)\.jws/.exec(request.url ?? '') ?? [];
  if (request.method === 'POST') {
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ SecretString: roots }));
  } else if (tenant === undefined) {
    response.writeHead(404, { 'content-type': 'application/xml' });
    response.end('<Error><Code>NoSuchKey</Code></Error>');
  } else {
    const text = await signStarterPolicy(publisher, tenant);
    response.writeHead(200, { etag: `"${tenant}"`, 'content-length': Buffer.byteLength(text) });
    response.end(text);
  }
}

/** Starts S3 and Secrets Manager on one port. */
async function startServices(publisher: PublisherSecretKey, roots: string) {
  const server = createServer((request, response) => {
    answer(request, response, publisher, roots).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { endpoint: `http://127.0.0.1:${port}`, close };
}

/** One signed URL per decision; the tenants take turns. */
function signedUrls(roots: string, tenants: number, decisions: number): string {
  const keyring = rootKeyring(nodeCrypto, roots);
  const exp = Math.floor(Date.now() / 1_000) + 86_400;
  const lines: string[] = [];
  for (let at = 0; at < decisions; at += 1) {
    const tenant = tenantName(at % tenants);
    const signer = { kid: 'r1.1', signingKey: keyring.signingKey(tenant, 'r1.1') ?? '' };
    const operations = ['resize,w_640', 'format,f_jpg'];
    lines.push(mint(nodeCrypto, '', { tenant, path: `${at}.jpg`, operations, exp }, signer));
  }
  return lines.join('\n');
}

export type ViewerMemory = {
  /** Decisions that allowed the request. */
  readonly allowed: number;
  /** Resident bytes after the function has started, after all decisions, and at most. */
  readonly startedBytes: number;
  readonly bytes: number;
  readonly mostBytes: number;
};

/** Runs the bundled function in a process with Lambda's flags for 128 MB. */
export async function measureViewerMemory(
  tenants: number,
  decisions: number,
): Promise<ViewerMemory> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signet-bench-'));
  const publisher = newPublisher();
  const roots = newRoots(publisher);
  const { endpoint, close } = await startServices(publisher, roots);
  try {
    const [code, urls] = [path.join(folder, 'viewer.mjs'), path.join(folder, 'urls.txt')];
    await writeFile(code, await bundle('edge/viewer-request.ts', deployedConfig(endpoint)));
    await writeFile(urls, signedUrls(roots, tenants, decisions));
    const driver = fileURLToPath(new URL('./viewer-driver.mjs', import.meta.url));
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
    const child = fork(driver, [code, urls], { execArgv: lambdaFlags, stdio: [...stdio] });
    const [measured] = await once(child, 'message');
    return measured as ViewerMemory;
  } finally {
    close();
    await rm(folder, { recursive: true, force: true });
  }
}
