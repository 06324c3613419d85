import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkDomains, domainsOf } from '../../../operator/doctor/domain-check.ts';
import type { Installation } from '../../../operator/target/target.ts';
import { PortFailure } from '../../../shared/ports.ts';
import { freePort } from '../../free-port.ts';
import { createMemoryInstallation } from '../memory-installation.ts';

const address = 'https://img.example.com';
const hosts = { '*.img.example.com': '*', 'images.acme.com': 'acme' };

describe('the domains of an installation', () => {
  it('are its address if the distribution has no aliases', () => {
    expect(domainsOf({ address, aliases: [] }, {}, ['acme'])).toEqual([
      { address, owner: undefined },
    ]);
  });

  it('are all aliases, with the tenant of each', () => {
    const aliases = ['img.example.com', '*.img.example.com', 'images.acme.com', '*.example.net'];
    expect(domainsOf({ address, aliases }, hosts, ['zed', 'acme'])).toEqual([
      { address: 'https://img.example.com', owner: undefined },
      { address: 'https://zed.img.example.com', owner: 'zed' },
      { address: 'https://images.acme.com', owner: 'acme' },
      { address: 'https://signet-doctor.example.net', owner: undefined },
    ]);
  });
});

/** What the server answers, and what it was asked. */
type Answer = { readonly status: number; readonly code?: string };
let answer: Answer;
/** What it answers before that. */
let earlier: Answer[] = [];
let asked: string[] = [];
const server = http.createServer((request, response) => {
  asked.push(request.url ?? '');
  const { status, code } = earlier.shift() ?? answer;
  response.writeHead(status, code === undefined ? {} : { 'x-signet-error': code }).end();
});
let base = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

let memory: ReturnType<typeof createMemoryInstallation>;
const live = [{ tenant: 'acme', version: 1 }];
beforeEach(async () => {
  asked = [];
  memory = createMemoryInstallation();
});

async function viewWith(more: Partial<Installation>, policy: object = {}) {
  await memory.publish('acme', { operations: { format: { f: ['src'] } }, ...policy });
  return checkDomains({ ...(await memory.open()), address: base, ...more }, live);
}

describe('a signed view through a domain', () => {
  it('asks for a source that does not exist, with a signature', async () => {
    answer = { status: 404, code: 'source_missing' };
    expect(await viewWith({})).toEqual([
      { check: 'view', ok: true, state: { kind: 'view_answered', address: base, viewed: 'acme' } },
    ]);
    expect(asked).toEqual([
      expect.stringMatching(
        /^\/acme\/signet-doctor\/[0-9a-f-]{36}__op__version,v_doctor-\d+\?exp=\d+&kid=r1\.1&sig=[\w-]{43}$/,
      ),
    ]);
  });

  it.each([
    [{ status: 404 }, true],
    [{ status: 415, code: 'source_unsupported' }, true],
    [{ status: 403, code: 'forbidden' }, false],
    [{ status: 403 }, false],
    [{ status: 503, code: 'unavailable' }, false],
    [{ status: 502 }, false],
  ])('is judged by the answer: %j is %s', async (given, ok) => {
    answer = given;
    const [finding] = await viewWith({});
    expect(finding?.ok).toBe(ok);
    if (!ok)
      expect(finding).toMatchObject({
        problem: { kind: 'view_refused', status: given.status, viewed: 'acme' },
      });
  });

  it('is asked for again if it is denied, because the function may not know the newest policy yet', async () => {
    earlier = [{ status: 403, code: 'denied_kid' }];
    answer = { status: 404, code: 'source_missing' };
    expect(await viewWith({})).toMatchObject([{ ok: true }]);
    expect(asked).toHaveLength(2);
  });

  it('names why there is no answer', async () => {
    const silent = `http://127.0.0.1:${await freePort()}`;
    expect(await viewWith({ address: silent })).toMatchObject([
      { problem: { kind: 'view_unanswered', address: silent, reason: 'ECONNREFUSED' } },
    ]);
  });

  it('is not tried without a tenant', async () => {
    const installation = { ...(await memory.open()), address: base };
    expect(await checkDomains(installation, [])).toMatchObject([
      { ok: true, state: { kind: 'view_not_tried', why: 'no_tenant' } },
    ]);
    expect(asked).toEqual([]);
  });

  it('goes on if the aliases cannot be read', async () => {
    answer = { status: 404, code: 'source_missing' };
    const openStackFacts = async (): Promise<never> => {
      throw new PortFailure('denied');
    };
    expect(await viewWith({ openStackFacts })).toMatchObject([{ ok: true }]);
  });

  it('names the permission if the hosts cannot be read', async () => {
    const error = {
      status: 403,
      code: 'AccessDenied',
      denied: 'cloudformation:GetTemplateSummary',
    };
    const unreadable = async (): Promise<never> => {
      throw new PortFailure('denied', true, error);
    };
    expect(await viewWith({ hosts: unreadable })).toMatchObject([
      { problem: { kind: 'permission_missing', permission: error.denied } },
    ]);
  });
});
