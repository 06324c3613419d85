import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../build/functions.ts';
import type { EdgeConfig } from '../../edge/config.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { rootKeyring } from '../../shared/keys/keyring.ts';
import type { PublisherSecretKey } from '../../shared/keys/publisher.ts';
import { mint } from '../../shared/request/mint.ts';
import { deployedConfig } from './deployed-config.ts';
import { newPublisher, newRoots, signStarterPolicy, tenantName } from './starter-tenants.ts';

/* viewer-request in a process of its own, as it is bundled for a deployment. S3 and Secrets Manager are a server in this one. */

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

export type ViewerRun = {
  /** A program in this folder's form: it gets the paths of the bundle and of a file with URLs, and sends one message. */
  readonly driver: URL;
  readonly tenants: number;
  readonly decisions: number;
  readonly sampling?: EdgeConfig['sampling'];
  readonly nodeFlags?: readonly string[];
  readonly arguments?: readonly string[];
};

/** Runs the driver with signed URLs of so many tenants, which take turns. Returns what the driver sends. */
export async function runViewer(run: ViewerRun): Promise<unknown> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signet-bench-'));
  const publisher = newPublisher();
  const roots = newRoots(publisher);
  const { endpoint, close } = await startServices(publisher, roots);
  try {
    const [code, urls] = [path.join(folder, 'viewer.mjs'), path.join(folder, 'urls.txt')];
    const config = deployedConfig(endpoint);
    const sampling = run.sampling ?? config.sampling;
    await writeFile(code, await bundle('edge/viewer-request.ts', { ...config, sampling }));
    await writeFile(urls, signedUrls(roots, run.tenants, run.decisions));
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
    const child = fork(fileURLToPath(run.driver), [code, urls, ...(run.arguments ?? [])], {
      execArgv: [...(run.nodeFlags ?? [])],
      stdio: [...stdio],
    });
    const [message] = await once(child, 'message');
    return message;
  } finally {
    close();
    await rm(folder, { recursive: true, force: true });
  }
}
