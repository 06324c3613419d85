import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localBuckets, localCredentials } from '../../shared/deployment/local-endpoints.ts';
import { sampleFile } from '../e2e/installation.ts';
import { type RunningStack, startRunningStack } from '../local/running-stack.ts';
import { signedRequest, signerFor } from '../local/s3/embedded-s3.ts';
import {
  operator as secretsOperator,
  startEmbedded as startEmbeddedSecrets,
} from '../local/secrets/embedded-secrets.ts';
import { isMissing, startBrowser } from './browser.ts';
import { servePages } from './pages.ts';

/* What a page that is open in the browser of a developer can do to the local stack. */

const key = 'acme/dunes.jpg';
const target = `/${localBuckets.sources}/${key}`;
const operator = { ...localCredentials, allows: () => true };

describe.skipIf(isMissing('foreign pages in a browser'))('a page', () => {
  let stack: RunningStack;
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof servePages>>;
  /** The address of the same empty page under another host. */
  const pageAt = (host: string): string => pages.at('/').replace('127.0.0.1', host);

  beforeAll(async () => {
    stack = await startRunningStack();
    pages = await servePages({ '/': async () => ({ body: '' }) });
    browser = await startBrowser();
    const { status } = await put();
    expect(status).toBe(200);
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.stop();
    await stack?.stop();
  });

  const s3 = () => stack.instance.ports.s3;
  const put = async (headers: Record<string, string> = {}) =>
    signedRequest({
      ...{ port: s3(), method: 'PUT', path: target, headers },
      body: await readFile(sampleFile('dunes at dusk.jpg')),
    });
  const isThere = async (): Promise<boolean> =>
    (await signedRequest({ port: s3(), method: 'HEAD', path: target })).status === 200;

  /** A URL that is signed with the public credentials, as any page can make one. */
  async function presign(method: string, path: string, query: Record<string, string> = {}) {
    const signed = await signerFor(operator).presign({
      ...{ method, protocol: 'http:', hostname: '127.0.0.1', port: s3(), path, query },
      headers: { host: `127.0.0.1:${s3()}`, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    });
    const search = new URLSearchParams(signed.query as Record<string, string>);
    return `http://127.0.0.1:${s3()}${path}?${search}`;
  }

  /** Runs code in a page at an address. The code is text, because it uses the globals of browsers. */
  async function runAt<T>(address: string, code: string): Promise<T> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(address);
    const result = await page.evaluate<T>(code);
    await context.close();
    return result;
  }
  const loads = (address: string, url: string): Promise<boolean> =>
    runAt(
      address,
      `new Promise((resolve) => {
        const image = new Image();
        image.onload = () => resolve(true);
        image.onerror = () => resolve(false);
        image.src = ${JSON.stringify(url)};
      })`,
    );

  it('of another site cannot delete an object with a plain POST', async () => {
    const url = await presign('POST', `/${localBuckets.sources}`, { delete: '' });
    const body = `<Delete><Object><Key>${key}</Key></Object></Delete>`;
    const post = `fetch(${JSON.stringify(url)}, ${JSON.stringify({ method: 'POST', mode: 'no-cors', body })}).then(({ type }) => type)`;
    // The browser sends it and hides the answer.
    expect(await runAt(pageAt('evil.example'), post)).toBe('opaque');
    expect(await isThere()).toBe(true);
    // The request is one that S3 accepts from a program.
    expect((await fetch(url, { method: 'POST', body })).status).toBe(200);
    expect(await isThere()).toBe(false);
    await put();
  });

  it('whose own name leads to this machine cannot read a secret', async () => {
    // The page comes from a server on the port on which Secrets Manager listens afterwards.
    const attacker = await servePages({ '/': async () => ({ body: '' }) });
    const address = attacker.at('/').replace('127.0.0.1', 'evil.example');
    const port = Number(new URL(address).port);
    const page = await browser.newPage();
    await page.goto(address);
    await attacker.stop();
    const secrets = await startEmbeddedSecrets(undefined, port);
    const Name = 'signet/roots';
    await secrets.client.send(new CreateSecretCommand({ Name, SecretString: 'a root key' }));
    const body = JSON.stringify({ SecretId: Name });
    const requestFor = async (host: string) => {
      const { headers } = await signerFor(secretsOperator, 'secretsmanager').sign({
        ...{ method: 'POST', protocol: 'http:', hostname: host, port, path: '/', query: {}, body },
        headers: {
          host: `${host}:${port}`,
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': 'secretsmanager.GetSecretValue',
          'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
        },
      });
      return { method: 'POST', headers, body };
    };
    const init = JSON.stringify(await requestFor('evil.example'));
    const read = await page.evaluate<{ status: number; text: string }>(
      `fetch('/', ${init}).then(async (answer) => ({ status: answer.status, text: await answer.text() }))`,
    );
    const own = await fetch(`http://127.0.0.1:${port}/`, await requestFor('127.0.0.1'));
    expect(await own.text()).toContain('a root key');
    await page.close();
    await secrets.discard();
    expect(read.text).toContain('SIGNET_HOSTS');
    expect(read.status).toBe(403);
  });

  it.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['evil.example', false],
  ])('at %s shows an object by a presigned URL: %s', async (host, expected) => {
    expect(await loads(pageAt(host), await presign('GET', target))).toBe(expected);
  });

  it('of this machine may upload, as the browser describes its request', async () => {
    const fields = { origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' };
    expect((await put(fields)).status).toBe(200);
    expect((await put({ ...fields, origin: 'http://evil.example' })).status).toBe(403);
  });
});
