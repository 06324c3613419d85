import { beforeEach, describe, expect, it } from 'vitest';
import { gate } from '../../edge/gate.ts';
import { make } from '../../edge/make.ts';
import { createTrace } from '../../edge/trace.ts';
import { parseKey } from '../../shared/recipe/storage-key.ts';
import { asRefusal } from '../../shared/refusal.ts';
import { auditKey, policyKey } from '../../shared/versions/bucket.ts';
import { changesKey } from '../../shared/versions/changes.ts';
import { quartered } from '../render/rendering.ts';
import { json, type MemoryEdge, memoryEdge, policy, signed } from './memory-edge.ts';

let edge: MemoryEdge;
let picture: Buffer;
beforeEach(async () => {
  edge = memoryEdge();
  picture = await quartered(80, 80, ['red', 'green', 'blue', 'yellow']).png().toBuffer();
  edge.sources.objects.set('acme/a.png', { body: picture });
});

function publish(fields: object): void {
  edge.config.objects.set(policyKey('acme'), { body: json({ ...policy, ...fields }) });
}

const endOf = (work: Promise<{ readonly uri: string }>): Promise<string> =>
  work.then(({ uri }) => uri).catch((thrown: unknown) => asRefusal(thrown).code);

const ask = (asked: Parameters<typeof signed>[1] = {}, trace = createTrace()): Promise<string> =>
  endOf(gate(signed(edge, asked), edge.gateDeps, trace.observe));

const order = (uri: string, method = 'GET') => ({ derivative: parseKey(uri), method });
const made = (uri: string, method = 'GET') => make(edge.makeDeps, order(uri, method));
const codeOf = (uri: string): Promise<string> =>
  made(uri)
    .then(() => 'made')
    .catch((thrown: unknown) => asRefusal(thrown).code);

describe('a policy in report mode', () => {
  const reportUntil = '2026-07-02T00:00:00Z';
  const reporting = { mode: 'report', reportUntil };
  const odd = ['resize,w_33', 'blur,s_2'];
  const key = '/acme/a.png__op__resize,w_33__op__blur,s_2__op__format,f_src';

  it('serves what its rules would refuse, in both functions, and logs the refusal', async () => {
    publish(reporting);
    const trace = createTrace();
    expect(await ask({ operations: odd }, trace)).toBe(key);
    expect(trace.reported()?.code).toBe('denied_value');
    expect(await codeOf(key)).toBe('made');
  });

  it('ends by itself at its time', async () => {
    publish(reporting);
    edge.time.now = Date.parse(reportUntil) - 1;
    expect(await ask({ operations: odd })).toBe(key);
    edge.time.now += 1;
    expect(await ask({ operations: odd })).toBe('denied_value');
    expect(await codeOf(key)).toBe('denied_value');
  });

  it('reports a missing requirement, and presets only', async () => {
    publish({ ...reporting, require: ['blur'], presetsOnly: true, presets: { a: 'resize,w_9' } });
    expect(await ask()).toBe('/acme/a.png__op__resize,w_40__op__format,f_src');
  });

  it.each([
    ['a wrong signature', { kid: 'r9.1' }, {}, 'forbidden'],
    ['an expired URL', { exp: 1_700_000_000 }, {}, 'expired'],
    ['a kid that is not accepted', { kid: 'r1.7' }, {}, 'denied_kid'],
    ['a lifetime', { exp: 4_000_000_000 }, { urls: { maxLifetime: 60 } }, 'denied_lifetime'],
    ['a blocked source', {}, { blocked: ['a.png'] }, 'denied_blocked'],
    [
      'a blocked watermark',
      { operations: ['watermark,i_mark'] },
      { blocked: ['_watermarks/mark.png'] },
      'denied_blocked',
    ],
    ['a preset that is not there', { operations: ['style,n_x'] }, {}, 'denied_preset'],
  ])('never lets through %s', async (_what, asked, fields, code) => {
    publish({ ...reporting, ...fields });
    expect(await ask(asked)).toBe(code);
  });

  it('does not relax the limits of sources', async () => {
    publish({ ...reporting, source: { types: ['jpg'] } });
    expect(await codeOf(key)).toBe('source_unsupported');
  });
});

describe('a blocked source', () => {
  it.each([
    ['a.png', 'a.png'],
    ['a/*', 'a/b/c.png'],
    ['*', 'x.png'],
  ])('by %s is refused: %s, and a neighbour is not', async (scope, path) => {
    publish({ blocked: [scope] });
    expect(await ask({ path })).toBe('denied_blocked');
    if (scope !== '*') expect(await ask({ path: 'other.png' })).toMatch(/^\/acme\/other/);
  });

  it('is refused before its recipe is read, and origin-response does not render it', async () => {
    publish({ blocked: ['a.png'] });
    expect(await ask({ operations: ['blur,s_2'] })).toBe('denied_blocked');
    expect(await codeOf('/acme/a.png__op__resize,w_40__op__format,f_src')).toBe('denied_blocked');
  });
});

describe('a snapped length', () => {
  it('is in the key, while the signature covers the written length', async () => {
    publish({ snap: true });
    expect(await ask({ operations: ['resize,w_33'] })).toBe(
      '/acme/a.png__op__resize,w_40__op__format,f_src',
    );
  });
});

describe('a kid from a rotation a moment ago', () => {
  it('is accepted with its first URL, although the cached policy does not know it', async () => {
    publish({ keys: { active: 'r1.1', accept: ['r1.1'] } });
    expect(await ask()).toMatch(/^\/acme/);
    publish({ keys: { active: 'r1.2', accept: ['r1.1', 'r1.2'] } });
    edge.time.now += 2_000;
    expect(await ask({ kid: 'r1.2' })).toMatch(/^\/acme/);
  });

  it('causes at most one read every two seconds if it is retired', async () => {
    publish({ keys: { active: 'r1.2', accept: ['r1.2'] } });
    for (let at = 0; at < 50; at += 1) expect(await ask({ kid: 'r1.1' })).toBe('denied_kid');
    expect(edge.config.calls).toEqual([
      `get ${changesKey}`,
      `get ${policyKey('acme')}`,
      `get ${auditKey('acme', 2)}`,
    ]);
  });
});

describe('a fallback', () => {
  const gone = '/acme/gone.png__op__resize,w_40__op__format,f_webp';
  beforeEach(() => {
    publish({ fallback: 'a.png' });
  });

  it('replaces a missing source, with the status of the refusal, and is not stored', async () => {
    const { answer, refusal } = await made(gone);
    expect(refusal?.code).toBe('source_missing');
    expect(answer).toMatchObject({
      status: 404,
      headers: {
        'content-type': 'image/webp',
        'cache-control': 'max-age=60',
        'x-signet-error': 'source_missing',
        'x-amz-meta-cache-tag': expect.stringMatching(/^s-[0-9a-f]{32},t-acme$/),
      },
    });
    expect('bytes' in answer.body && answer.body.bytes.length).toBeGreaterThan(0);
    expect(edge.derivatives.objects.size).toBe(0);
  });

  it.each([
    ['', 'inline; filename="gone.webp"'],
    ['__op__download', 'attachment; filename="gone.webp"'],
    ['__op__download,n_b-1', 'attachment; filename="b-1.webp"'],
  ])('with "%s" is named as the image that it replaces: %s', async (download, disposition) => {
    const uri = gone.replace('__op__resize', `${download}__op__resize`);
    for (const method of ['GET', 'HEAD']) {
      const { answer } = await made(uri, method);
      expect([answer.status, answer.headers['content-disposition']]).toEqual([404, disposition]);
    }
  });

  it('replaces a damaged source', async () => {
    edge.sources.objects.set('acme/gone.png', { body: picture.subarray(0, 60) });
    const { answer } = await made(gone);
    expect([answer.status, answer.headers['content-type']]).toEqual([415, 'image/webp']);
  });

  it('has no body for HEAD', async () => {
    expect((await made(gone, 'HEAD')).answer).toMatchObject({ status: 404, body: { none: true } });
  });

  it('keeps the refusal if it is missing or damaged itself, and does not replace itself', async () => {
    publish({ fallback: 'nowhere.png' });
    expect(await codeOf(gone)).toBe('source_missing');
    publish({ fallback: 'gone.png' });
    edge.time.now += 120_000;
    expect(await codeOf(gone)).toBe('source_missing');
  });

  it.each(['a.png', '*'])('is not shown while %s is blocked', async (scope) => {
    publish({ fallback: 'a.png', blocked: [scope] });
    expect(await codeOf(gone)).toBe(scope === '*' ? 'denied_blocked' : 'source_missing');
  });

  it('does not answer JSON requests for another source', async () => {
    publish({ fallback: 'a.png', operations: { info: {} } });
    expect(await codeOf('/acme/gone.png__op__info')).toBe('source_missing');
  });

  it('never replaces a crop outside its source', async () => {
    publish({ fallback: 'a.png', operations: { crop: { x: [500] } } });
    expect(await codeOf('/acme/a.png__op__crop,x_500__op__format,f_src')).toBe('malformed');
  });
});

describe('a blocked watermark', () => {
  const operations = { watermark: { i: ['mark', 'other'] }, format: { f: ['webp'] } };
  const key = '/acme/a.png__op__watermark,i_mark__op__format,f_src';

  it.each(['_watermarks/mark.png', '_watermarks/*'])(
    'is refused in both functions: %s, before a derivative is looked for',
    async (scope) => {
      edge.sources.objects.set('acme/_watermarks/mark.png', { body: picture });
      publish({ operations, blocked: [scope] });
      expect(await ask({ operations: ['watermark,i_mark'] })).toBe('denied_blocked');
      expect(await codeOf(key)).toBe('denied_blocked');
    },
  );

  it('does not refuse other watermarks and images', async () => {
    edge.sources.objects.set('acme/_watermarks/other.png', { body: picture });
    publish({ operations, blocked: ['_watermarks/mark.png'] });
    expect(await codeOf(key.replace('i_mark', 'i_other'))).toBe('made');
    expect(await ask({ operations: [] })).toBe('/acme/a.png__op__format,f_src');
  });
});
