import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root } from '../../../build/functions.ts';

/*
 * S3 and Secrets Manager are reached over HTTPS. A reader runs in a process of its own here, because Node
 * reads the certificates that it trusts in addition when it starts.
 */

/**
 * Made for this test: `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes
 * -days 36500 -subj /CN=localhost -addext subjectAltName=DNS:localhost`.
 */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgloR7gNGT3Wph/pBt
XSoTLlj8Sh2f+kiwEb1WY996cWahRANCAATTcpYoajycIwoZmEsgmaiHhREbua+U
r/AyT69WmV97IL0C0Q4Mp0Bf7m2rUdCG6VrYiSNGTe/JEzIhLTbVIoP+
-----END PRIVATE KEY-----
`;
const certificate = `-----BEGIN CERTIFICATE-----
MIIBljCCATugAwIBAgIUZTHO9uu76Vuk+WLyFM81okHbEdkwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEzMDA5NTkwMVoYDzIxMjYxMTA2
MDk1OTAxWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATTcpYoajycIwoZmEsgmaiHhREbua+Ur/AyT69WmV97IL0C0Q4Mp0Bf
7m2rUdCG6VrYiSNGTe/JEzIhLTbVIoP+o2kwZzAdBgNVHQ4EFgQUzMTu9QjqsFbt
LzRhBw7XXpTa1BQwHwYDVR0jBBgwFoAUzMTu9QjqsFbtLzRhBw7XXpTa1BQwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SQAwRgIhALyVSg01GYVx6mBE6Q6GNDi9Kx94BmcPuWmO59csCfizAiEAiHKuf1Ye
UYudQ2nU3RJMrUWQ0VsoQYtqYSLPJJd50y4=
-----END CERTIFICATE-----
`;

let folder = '';
let server: Server;
const seen: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signet-https-'));
  await writeFile(path.join(folder, 'trusted.pem'), certificate);
  server = createServer({ key, cert: certificate }, ({ url = '' }, response) => {
    seen.push(url);
    response.end('well');
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const program = `
import { s3Reader } from './shared/adapters/s3-reader.ts';
const [endpoint] = process.argv.slice(-1);
const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };
const limits = { tryMilliseconds: 60_000, deadline: () => Infinity };
const reader = s3Reader({ region: 'us-east-1', endpoint, credentials }, 'config', limits, Date.now);
const read = () => reader.get('a', { maxBytes: 9 }).then((one) => String(one.body), (one) => one.message);
console.log(await read());
console.log(await read());
`;

/** What two reads end with. */
async function readTwice(host: string, environment: Record<string, string>) {
  const endpoint = `https://${host}:${(server.address() as AddressInfo).port}`;
  const options = ['--import', 'tsx', '--input-type=module', '--eval', program, endpoint];
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, options, {
    cwd: root,
    env: { ...env, ...environment },
  });
  return stdout.trim().split('\n');
}

it('reads over HTTPS from a server with a trusted certificate', async () => {
  const trusted = { NODE_EXTRA_CA_CERTS: path.join(folder, 'trusted.pem') };
  expect(await readTwice('localhost', trusted)).toEqual(['well', 'well']);
  expect(seen).toEqual(['/config/a', '/config/a']);
});

it.each([
  { about: 'is not trusted', host: 'localhost', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', trust: {} },
  {
    about: 'is for another host',
    host: '127.0.0.1',
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    trust: { NODE_EXTRA_CA_CERTS: 'trusted.pem' },
  },
])('sends nothing to a server whose certificate $about', async ({ host, code, trust }) => {
  seen.splice(0);
  const trusted = Object.entries(trust).map(([name, file]) => [name, path.join(folder, file)]);
  const failure = `S3 get on config failed: no answer (${code})`;
  expect(await readTwice(host, Object.fromEntries(trusted))).toEqual([failure, failure]);
  expect(seen).toEqual([]);
});
