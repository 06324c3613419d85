import http from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { accessLogHead } from '../../../local/cloudfront/access-log/access-line.ts';
import {
  type Answer,
  object,
  type StubDistribution,
  type StubOptions,
  startStubDistribution,
  viewerCode,
} from './stub-distribution.ts';

let stub: StubDistribution;
afterEach(() => stub.close());

let version = 0;

/** Four locations. Each read of S3 gets a new version. */
async function start(options: StubOptions = {}): Promise<void> {
  version = 0;
  const s3: http.RequestListener = (_request, response) => {
    version += 1;
    object(response, `version ${version}`, { etag: `"${version}"`, 'x-amz-meta-cache-tag': 't' });
  };
  stub = await startStubDistribution({ locations: 4, s3, ...options });
}

const at = (location: number | string, path = '/a', init: http.RequestOptions = {}) =>
  stub.ask(path, { ...init, headers: { ...init.headers, 'x-signet-location': String(location) } });

const shown = ({ text, headers }: Answer) => [text, headers['x-cache'], headers['age']];
const [miss, hit] = ['Miss from cloudfront', 'Hit from cloudfront'];

const fieldNames = accessLogHead.split('\n')[1]?.split(' ').slice(1) ?? [];

/** The fields of the lines in the access log. */
async function logged(lines: number, ...names: readonly string[]) {
  await expect.poll(() => stub.accessed.length).toBe(lines);
  return stub.accessed.map((line) => {
    const values = line.split('\t');
    return names.map((name) => values[fieldNames.indexOf(name)]);
  });
}

describe('a viewer', () => {
  it('chooses an edge location with a header, and the answer and the log name it', async () => {
    await start();
    for (const location of [1, 4]) {
      const { headers } = await at(location);
      expect(headers['x-amz-cf-pop']).toBe(`LOCAL${location}-C1`);
    }
    expect(await logged(2, 'x-edge-location')).toEqual([['LOCAL1-C1'], ['LOCAL4-C1']]);
  });

  it('gets to the next location with each connection, and stays there', async () => {
    await start({ locations: 2 });
    const agents = [1, 2, 3].map(() => new http.Agent({ keepAlive: true, maxSockets: 1 }));
    const popOf = async (agent: http.Agent | undefined) =>
      (await stub.ask('/a', { agent })).headers['x-amz-cf-pop'];
    const reached: unknown[] = [];
    for (const agent of [...agents, ...agents]) reached.push(await popOf(agent));
    const [one, two] = ['LOCAL1-C1', 'LOCAL2-C1'];
    expect(reached).toEqual([one, two, one, one, two, one]);
    for (const agent of agents) agent.destroy();
  });

  it.each(['0', '5', '01', '1.5', '-1', 'two', '', '1, 2'])(
    'that asks for location %j of four is refused, and no function runs',
    async (location) => {
      await start();
      const { status, text, headers } = await at(location);
      expect([status, headers['x-cache']]).toEqual([400, 'Error from cloudfront']);
      expect(text).toContain('x-signet-location is not the number of an edge location');
      expect(stub.cloudFront.counts()).toMatchObject({ originRequests: 0, misses: 0 });
    },
  );

  it('shows the choice to no function, as a deployment has no such header', async () => {
    await start();
    const code = `return { status: '200', body: String('x-signet-location' in request.headers) }`;
    expect((await at(2, '/a', viewerCode(code))).text).toBe('false');
  });
});

describe('an object', () => {
  it('is fetched once, and then is a hit of the shield and a hit of each location', async () => {
    await start();
    const answers: unknown[] = [];
    for (const location of [1, 2, 3, 4, 1, 2]) answers.push(shown(await at(location)));
    const first = ['version 1', miss, undefined];
    expect(answers).toEqual([first, ...Array(5).fill(['version 1', hit, '0'])]);
    expect(stub.cloudFront.counts()).toMatchObject({ originRequests: 1, hits: 5, misses: 1 });
    const results = await logged(6, 'x-edge-result-type', 'x-edge-detailed-result-type');
    const shield = ['Hit', 'OriginShieldHit'];
    expect(results).toEqual([
      ['Miss', 'Miss'],
      shield,
      shield,
      shield,
      ['Hit', 'Hit'],
      ['Hit', 'Hit'],
    ]);
  });

  it('has one location without a shield', async () => {
    await start({ locations: 1 });
    for (const path of ['/a', '/a']) await at(1, path);
    const results = await logged(2, 'x-edge-detailed-result-type');
    expect(results).toEqual([['Miss'], ['Hit']]);
  });

  it('ages in all caches together, and is no longer fresh at a location than at the origin', async () => {
    const s3: http.RequestListener = ({ headers }, response) => {
      if (headers['if-none-match'] === '"one"') response.writeHead(304, { etag: '"one"' }).end();
      else object(response, 'body', { 'cache-control': 'max-age=60' });
    };
    await start({ s3 });
    await at(1);
    stub.tick(30);
    expect(shown(await at(2))).toEqual(['body', hit, '30']);
    stub.tick(29);
    expect(shown(await at(2))).toEqual(['body', hit, '59']);
    stub.tick(1);
    expect((await at(2)).headers['x-cache']).toBe('RefreshHit from cloudfront');
    expect(stub.seen).toHaveLength(2);
  });

  it('is invalidated in every cache', async () => {
    await start();
    for (const location of [1, 2, 3]) await at(location);
    // Three locations and the shield had it.
    expect(stub.cloudFront.invalidate(['#t'])).toBe(4);
    const answers: unknown[] = [];
    for (const location of [1, 2, 3, 4]) answers.push((await at(location)).text);
    expect(answers).toEqual(Array(4).fill('version 2'));
    expect(stub.seen).toHaveLength(2);
  });

  it.each([
    ['a part', { range: 'bytes=8-8' }, 206, '1'],
    ['a condition', { 'if-none-match': '"1"' }, 304, ''],
  ])('answers %s from the shield', async (_what, headers, status, text) => {
    await start();
    await at(1);
    const answer = await at(2, '/a', { headers });
    expect([answer.status, answer.text, answer.headers['x-cache']]).toEqual([status, text, hit]);
    // The answer is not the whole object, so the location does not keep it.
    expect((await at(2)).text).toBe('version 1');
    expect(stub.seen).toHaveLength(1);
  });
});

/** S3 answers when the test releases it. */
async function startHeld(options: StubOptions = {}) {
  const held: (() => void)[] = [];
  const s3: http.RequestListener = (_request, response) => {
    version += 1;
    const body = `version ${version}`;
    held.push(() => object(response, body));
  };
  await start({ ...options, s3 });
  return {
    arrived: (count: number) => expect.poll(() => held.length).toBe(count),
    release: () => {
      for (const send of held.splice(0)) send();
    },
  };
}

describe('requests at the same time', () => {
  it('of all locations share one request to the origin', async () => {
    const { arrived, release } = await startHeld();
    const asked = [1, 2, 3, 4, 1, 2, 3, 4].map((location) => at(location));
    await arrived(1);
    await expect.poll(() => stub.cloudFront.counts().originRequests).toBe(1);
    release();
    const texts = (await Promise.all(asked)).map(({ text }) => text);
    expect(texts).toEqual(Array(8).fill('version 1'));
    expect(stub.seen).toHaveLength(1);
  });

  it('get nothing that was read before an invalidation, at any location', async () => {
    const { arrived, release } = await startHeld();
    const before = at(1);
    await arrived(1);
    stub.cloudFront.invalidate(['/a']);
    const after = at(2);
    await arrived(2);
    release();
    expect((await before).text).toBe('version 1');
    expect((await after).text).toBe('version 2');
    expect((await at(1)).text).toBe('version 2');
  });
});

/** A server that answers on request of the test, and a function that waits for it on the path /slow. */
async function startGate() {
  const waiting: http.ServerResponse[] = [];
  const server = http.createServer((_request, response) => waiting.push(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    slowFunction: `export async function handler(event) {
      const { request, response } = event.Records[0].cf;
      if (request.uri === '/slow') await fetch('http://127.0.0.1:${port}/');
      return response ?? request; }`,
    arrived: (count: number) => expect.poll(() => waiting.length).toBe(count),
    open: () => {
      for (const response of waiting.splice(0)) response.end();
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('more executions than the quota', () => {
  const throttled = [503, 'LambdaLimitExceeded from cloudfront'];
  const outcome = ({ status, headers }: Answer) => [status, headers['x-cache']];

  it('of viewer-request are answered 503 at once, and the location recovers', async () => {
    const gate = await startGate();
    await start({ viewer: gate.slowFunction, concurrency: 2 });
    const slow = [at(2, '/slow'), at(2, '/slow')];
    await gate.arrived(2);
    const refused = await at(2);
    expect(outcome(refused)).toEqual(throttled);
    expect(refused.text).toContain('was throttled');
    // Other locations are in other Regions, which have their own quota.
    expect((await at(3)).status).toBe(200);
    gate.open();
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await at(2)).status).toBe(200);
    const [line] = await logged(5, 'sc-status', 'x-edge-result-type');
    expect(line).toEqual(['503', 'LambdaLimitExceeded']);
    gate.close();
  });

  it('of origin-response are answered 503, and the error is not cached', async () => {
    const gate = await startGate();
    await start({ origin: gate.slowFunction, concurrency: 1 });
    const slow = at(2, '/slow');
    await gate.arrived(1);
    expect(outcome(await at(2))).toEqual(throttled);
    gate.open();
    expect((await slow).status).toBe(200);
    // The clock of the caches did not move, so a stored error would still be there.
    expect(outcome(await at(2))).toEqual([200, miss]);
    gate.close();
  });
});
