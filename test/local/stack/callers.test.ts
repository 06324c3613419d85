import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LocalService } from '../../../shared/deployment/local-endpoints.ts';
import { type RunningStack, startRunningStack } from '../running-stack.ts';
import { sendRaw } from '../s3/embedded-s3.ts';

/* Raw requests to the four ports, as a web page or a name of an attacker would cause them. */

let stack: RunningStack;
beforeAll(async () => {
  stack = await startRunningStack({
    environment: { SIGNET_HOSTS: 'signet, *.dev.example', SIGNET_ORIGINS: '' },
  });
});
afterAll(() => stack.stop());

const services: readonly LocalService[] = ['cdn', 's3', 'secretsManager', 'cloudFront'];
const programs = services.filter((service) => service !== 'cdn');

/** Sends a head and returns the whole answer. */
const answer = (service: LocalService, line: string, headers: readonly string[]) =>
  sendRaw(
    stack.instance.ports[service],
    [line, ...headers, 'connection: close', '', ''].join('\r\n'),
    // The first request of a function waits for its container.
    30_000,
  );
const statusOf = (text: string): string => text.slice(9, 12);

describe.each(services)('the port %s', (service) => {
  it.each(['evil.example', 'evil.example:8083', '127.0.0.1.evil.example', '169.254.169.254'])(
    'refuses the host %s',
    async (host) => {
      const text = await answer(service, 'GET /x HTTP/1.1', [`host: ${host}`]);
      expect(statusOf(text)).toBe('403');
      expect(text).toContain('is not one of the local stack');
      expect(text).toContain('SIGNET_HOSTS');
    },
  );

  it.each(['localhost', '[::1]', 'a.localhost', 'img.acme.test', 'signet:8080', 'x.dev.example'])(
    'answers to the host %s',
    async (host) => {
      const text = await answer(service, 'GET /x HTTP/1.1', [`host: ${host}`]);
      expect(text).toMatch(/^HTTP\/1\.1 [45]/);
      expect(text).not.toContain('is not one of the local stack');
    },
  );

  it.each([
    ['two Host lines', 'GET /x HTTP/1.1', ['host: 127.0.0.1', 'host: 127.0.0.1']],
    [
      'two Host lines, one of them foreign',
      'GET /x HTTP/1.1',
      ['host: a.example', 'host: 127.0.0.1'],
    ],
  ])('answers 400 to %s', async (_name, line, headers) => {
    expect(statusOf(await answer(service, line, headers))).toBe('400');
  });

  it('refuses the foreign host of an absolute-form target', async () => {
    const text = await answer(service, 'GET http://evil.example/x HTTP/1.1', ['host: 127.0.0.1']);
    expect(statusOf(text)).toBe(service === 'cdn' ? '403' : '400');
  });
});

describe.each(programs)('the port %s', (service) => {
  const host = 'host: 127.0.0.1';
  it.each([
    ['the page of another site', ['origin: http://evil.example']],
    ['a sandboxed page', ['origin: null']],
    ['a page that the browser marks as cross-site', ['sec-fetch-site: cross-site']],
    ['a foreign page among two', ['origin: http://127.0.0.1', 'origin: http://evil.example']],
  ])('refuses %s', async (_name, headers) => {
    for (const line of [
      'GET /x HTTP/1.1',
      'POST /signet-sources?delete HTTP/1.1',
      'OPTIONS /x HTTP/1.1',
    ]) {
      const text = await answer(service, line, [host, ...headers, 'content-length: 0']);
      expect(statusOf(text)).toBe('403');
      expect(text).toMatch(/may not call this port/);
      expect(text).not.toMatch(/access-control-/i);
    }
  });

  it('lets a page of this machine in only if it is S3', async () => {
    const headers = [host, 'origin: http://localhost:3000', 'sec-fetch-site: cross-site'];
    const text = await answer(service, 'GET /x HTTP/1.1', headers);
    expect(text.includes('may not call this port')).toBe(service !== 's3');
  });

  it('answers 400 to an absolute-form target', async () => {
    expect(statusOf(await answer(service, 'GET http://127.0.0.1/x HTTP/1.1', [host]))).toBe('400');
  });
});

describe('the port of the CDN', () => {
  it('answers pages of every site', async () => {
    const headers = [
      'host: 127.0.0.1',
      'origin: http://evil.example',
      'sec-fetch-site: cross-site',
    ];
    expect(await answer('cdn', 'GET /x HTTP/1.1', headers)).toContain('x-signet-error: malformed');
  });
});
