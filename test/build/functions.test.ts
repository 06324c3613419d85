import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, bundleFunctions } from '../../build/functions.ts';
import { edgeConfig } from '../edge/edge-config.ts';
import { originEvent, viewerEvent } from '../edge/events.ts';
import { s3Error, startScripted } from '../shared/adapters/scripted-server.ts';

const run = promisify(execFile);

let server: Awaited<ReturnType<typeof startScripted>>;
let folder = '';
beforeAll(async () => {
  server = await startScripted();
  server.play(s3Error(403, 'AccessDenied'));
  folder = await mkdtemp(path.join(tmpdir(), 'signet-functions-'));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A deployed configuration, which has no credentials. */
function deployedConfig() {
  const { credentials: _, ...access } = server.access;
  return edgeConfig(access);
}

/** What Lambda gives a function. The Region is the one where the function runs. */
const environment = {
  AWS_ACCESS_KEY_ID: 'FROMLAMBDA',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'a-token',
  AWS_REGION: 'ap-southeast-2',
};

const signedQuery = `exp=4000000000&kid=r1.1&sig=${Buffer.alloc(32).toString('base64url')}`;

describe('a deployed function', () => {
  it.each([
    { name: 'viewerRequest', event: () => viewerEvent('/acme/a.png', signedQuery) },
    { name: 'originResponse', event: () => originEvent('/acme/a.png__op__format,f_png') },
  ] as const)(
    '$name signs with the credentials of its role, for the Region of the stack',
    async ({ name, event }) => {
      const config = deployedConfig();
      const functions = await bundleFunctions(path.join(folder, name), {
        viewerRequest: config,
        originResponse: config,
      });
      server.play(s3Error(403, 'AccessDenied'));
      const program = `
      const { handler } = await import(${JSON.stringify(functions[name])});
      await handler(${JSON.stringify(event())});
      process.exit();`;
      await run(process.execPath, ['--input-type=module', '--eval', program], { env: environment });
      expect(server.seen.length).toBeGreaterThan(0);
      for (const { headers } of server.seen) {
        expect(headers.authorization).toMatch(/Credential=FROMLAMBDA\/\d{8}\/eu-west-1\//);
        expect(headers['x-amz-security-token']).toBe('a-token');
      }
    },
  );

  it.each([
    ...['edge/viewer-request.ts', 'edge/origin-response.ts', 'tasks/purge.ts', 'tasks/secrets.ts'],
  ])('%s looks for credentials in the environment alone', async (entry) => {
    const config = entry.startsWith('edge/') ? deployedConfig() : undefined;
    const code = Buffer.from(await bundle(entry, config)).toString();
    const elsewhere = ['security-credentials', 'AssumeRole', 'credential_process', 'sso_start_url'];
    expect(elsewhere.filter((place) => code.includes(place))).toEqual([]);
    expect(code.includes('AWS_SESSION_TOKEN')).toBe(true);
  });
});
