import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samples } from '../../local/demo/samples.ts';
import { type RunningStack, startRunningStack } from '../local/running-stack.ts';
import { casesOf, countCases, spread } from '../proof/cases.ts';
import { type Answer, type Client, type Expected, isSkipped, type Picture } from './client.ts';
import {
  createTenant,
  derivativesBucket,
  firstKid,
  listKeys,
  type Minter,
  minter,
  permissivePolicy,
  putSample,
  rendered,
  s3Of,
  sampleFile,
  seconds,
  sourcesBucket,
  startClient,
  stateFolder,
} from './installation.ts';

const tenant = 'e2e';
const formats = ['jpg', 'png', 'webp', 'avif', 'gif', 'src'];

/** One example of each operation. The ones that do not scale are followed by a small resize. */
const examples: readonly (readonly string[])[] = [
  ['version,v_2026-11', 'resize,w_96'],
  ['download,n_summer-2026', 'resize,w_96'],
  ['download', 'resize,h_96'],
  ['frames,n_1', 'resize,w_96'],
  ['orient,o_0', 'resize,h_96'],
  ['crop,g_center,w_300,h_200', 'resize,w_96'],
  ['rotate,a_90', 'resize,w_96'],
  ['flip,d_hv', 'resize,w_96'],
  ['resize,m_fill,w_120,h_90'],
  ['blur,s_2', 'resize,w_96'],
  ['sharpen,s_120', 'resize,w_96'],
  ['quality,q_50', 'resize,w_96'],
  ['resize,w_96'],
];

/** 15 megapixels take long to decode, so this one shows a pad and no more. */
const heavySample = 'observatory.jpg';
const heavyExamples: typeof examples = [['resize,m_pad,w_120,h_90,color_112233']];
/** Frames take long to encode, so these show what can go wrong between frames. */
const animatedSamples = ['tide.gif', 'lantern.webp'];
const stillOnly = /^(?:version|download|sharpen|quality)\b/;

function examplesFor(name: string): typeof examples {
  if (name === heavySample) return heavyExamples;
  const isAnimated = animatedSamples.includes(name);
  return examples.filter(([first = '']) => !(isAnimated && stillOnly.test(first)));
}

const accepts = [
  'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  'image/webp,*/*',
  'image/avif;q=0.5, image/webp;q=0.9',
  'image/avif;q=0,image/webp;q=0.000,image/jpeg',
  'image/*,*/*;q=0.9',
  undefined,
];

/** Sections 6 and 7: on every answer of a derivative, made or stored. */
const alwaysThere = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; sandbox",
  'strict-transport-security': expect.stringContaining('max-age='),
  'cross-origin-resource-policy': 'cross-origin',
  'timing-allow-origin': '*',
  vary: 'Accept, Origin',
};
const neverThere = /^(?:server|x-amz-(?!cf-).*)$/;

const cacheControl = (key: string) =>
  key.includes('__op__version,')
    ? expect.stringContaining('max-age=31536000, immutable')
    : 'public, max-age=86400, s-maxage=43200';

function observed(answer: Answer) {
  const { status, image, headers } = answer;
  const forbidden = Object.keys(headers).filter((name) => neverThere.test(name));
  return { status, image, headers, forbidden };
}

function wanted(expected: Expected, answer: Answer, cache: string) {
  return {
    status: 200,
    image: expected.image,
    forbidden: [],
    headers: expect.objectContaining({
      ...alwaysThere,
      'content-type': expected.contentType,
      'content-length': String(answer.bytes),
      'cache-control': cacheControl(expected.key),
      'content-disposition': expected.disposition,
      etag: `"${answer.md5}"`,
      'x-cache': `${cache} from cloudfront`,
    }),
  };
}

const madeTiming = expect.stringMatching(
  /^source;dur=[\d.]+, ?render;dur=[\d.]+, ?store;dur=[\d.]+$/,
);

const spellings = casesOf({ proof: 1_000, test: 100 });

let folder: Awaited<ReturnType<typeof stateFolder>>;
let stack: RunningStack;
let client: Client;
let s3: S3Client;
let signingKey: string;
let mint: Minter;
const sources = new Map<string, Picture>();

/** What the render function says that it has made from a source. */
async function rendersOf(name: string): Promise<readonly string[]> {
  const all = await rendered(stack.home, tenant);
  const own = all.filter((key) => key.startsWith(`${name}__op__`));
  return own.map((key) => `${tenant}/${key}`).toSorted();
}

const sourceOf = (name: string): Picture => {
  const known = sources.get(name);
  if (known === undefined) throw new Error(`no sample ${name}`);
  return known;
};

/** Sources that no other test asks for, and the samples that they are copies of. */
const copies: Readonly<Record<string, string>> = {
  'kept.png': 'mark.png',
  'told.png': 'mark.png',
  'auto.png': 'mark.png',
  'shape.png': 'poster.png',
  'dunes again.jpg': 'dunes at dusk.jpg',
  'crowd.jpg': 'alpine-lake.jpg',
};

/** Uploads the copy of a sample. */
async function putCopy([name, sample]: readonly [string, string]): Promise<void> {
  const Body = await readFile(sampleFile(sample));
  await s3.send(new PutObjectCommand({ Bucket: sourcesBucket, Key: `${tenant}/${name}`, Body }));
  sources.set(name, sourceOf(sample));
}

/**
 * Restarts the stack without the second purges, which are due a minute after an upload. A test on a busy
 * machine would take longer than that, and then find its derivatives deleted.
 */
async function restartWithoutPurges(): Promise<void> {
  expect(await stack.stop()).toBe(0);
  s3.destroy();
  const purges = path.join(folder.home, 'purges');
  for (const name of await readdir(purges)) await rm(path.join(purges, name));
  stack = await startRunningStack({ home: folder.home });
  s3 = s3Of(stack.instance.ports.s3);
}

async function get(url: string, accept?: string) {
  const headers = accept === undefined ? {} : { accept };
  return client.ask('fetch', { port: stack.instance.ports.cdn, target: url, headers });
}

async function expectation(name: string, operations: readonly string[], accept?: string) {
  const { target, url } = await mint(name, operations);
  const asked = accept === undefined ? {} : { accept };
  const expected = await client.ask('expected', { source: sourceOf(name), target, ...asked });
  return { url, expected };
}

/** Of each key the first who asks is the one who makes it. */
async function casesByKey(name: string, recipes: readonly (readonly string[])[]) {
  const byKey = new Map<string, { readonly url: string; readonly expected: Expected }[]>();
  for (const operations of recipes) {
    const made = await expectation(name, operations);
    byKey.set(made.expected.key, [...(byKey.get(made.expected.key) ?? []), made]);
  }
  return byKey;
}

/** Asks for one key as often as it has spellings, and once more. */
async function missThenHits(cases: readonly { url: string; expected: Expected }[]) {
  const turns = [...cases, ...cases.slice(0, 1)];
  for (const [turn, { url, expected }] of turns.entries()) {
    const answer = await get(url);
    expect(observed(answer), url).toEqual(wanted(expected, answer, turn === 0 ? 'Miss' : 'Hit'));
    if (turn === 0) expect(answer.headers['server-timing'], url).toEqual(madeTiming);
    countCases();
  }
}

/** Asks for `f_auto` and for no format at all, when all that can be meant has been made. */
async function asksForTypes(name: string): Promise<void> {
  const operations = examplesFor(name).at(-1) ?? [];
  const spellings = [
    [...operations, 'format,f_auto'],
    ['format,f_auto', ...operations],
    operations,
  ];
  for (const accept of accepts)
    for (const spelling of spellings) {
      const { url, expected } = await expectation(name, spelling, accept);
      const answer = await get(url, accept);
      expect(observed(answer), `${url} ${accept}`).toEqual(wanted(expected, answer, 'Hit'));
    }
}

describe.skipIf(isSkipped)('an independent client', () => {
  beforeAll(async () => {
    folder = await stateFolder();
    stack = await startRunningStack({ home: folder.home });
    client = startClient();
    s3 = s3Of(stack.instance.ports.s3);
    signingKey = await createTenant(stack.home, tenant, permissivePolicy);
    mint = minter(client, tenant, signingKey);
    for (const { name } of samples) {
      sources.set(name, await client.ask('source', { file: sampleFile(name) }));
      await putSample(stack.home, tenant, name);
    }
    for (const copy of Object.entries(copies)) await putCopy(copy);
    await restartWithoutPurges();
  });

  afterAll(async () => {
    s3?.destroy();
    await client?.close();
    await stack?.stop();
    await folder?.remove();
  });

  it.each(samples.map(({ name }) => name))(
    'gets %s in every format after every operation: one render, one object, then the cache',
    async (name) => {
      const own = examplesFor(name);
      const inFormats = (examples: typeof own) =>
        examples.flatMap((operations) =>
          formats.map((format) => [...operations, `format,f_${format}`]),
        );
      // `asksForTypes` needs the last example in every format.
      const recipes = [...spread(inFormats(own.slice(0, -1)), 7), ...inFormats(own.slice(-1))];
      const cases = await casesByKey(name, recipes);
      await Promise.all([...cases.values()].map(missThenHits));
      await asksForTypes(name);
      const keys = [...cases.keys()].toSorted();
      expect(await listKeys(s3, derivativesBucket, `${tenant}/${name}__op__`)).toEqual(keys);
      expect(await rendersOf(name)).toEqual(keys);
    },
  );

  it('finds objects that say what they are', async () => {
    const { url } = await mint('told.png', ['resize,w_96', 'format,f_webp']);
    const { md5 } = await get(url);
    const Key = `${tenant}/told.png__op__resize,w_96__op__format,f_webp`;
    const head = await s3.send(new HeadObjectCommand({ Bucket: derivativesBucket, Key }));
    expect(head).toMatchObject({
      ContentType: 'image/webp',
      CacheControl: 'public, max-age=86400, s-maxage=43200',
      ContentDisposition: 'inline; filename="told.webp"',
      ETag: `"${md5}"`,
      Metadata: {
        'source-etag': expect.stringMatching(/[0-9a-f]{32}/),
        recipe: 'resize,w_96__op__format,f_webp',
        engine: expect.stringMatching(/./),
      },
    });
  });

  it('gets f_auto as a first request, and then another spelling of it from the cache', async () => {
    const asked = [
      { operations: ['format,f_auto', 'resize,w_80'], accept: 'image/webp', cache: 'Miss' },
      { operations: ['resize,w_80', 'format,f_auto'], accept: 'image/webp,*/*', cache: 'Hit' },
      { operations: ['resize,w_80', 'format,f_auto'], accept: 'image/avif', cache: 'Miss' },
      { operations: ['resize,w_80', 'format,f_auto'], accept: 'text/html', cache: 'Miss' },
      { operations: ['resize,w_80'], accept: 'image/avif', cache: 'Hit' },
    ];
    for (const { operations, accept, cache } of asked) {
      const { url } = await mint('auto.png', operations);
      expect((await get(url, accept)).headers['x-cache']).toBe(`${cache} from cloudfront`);
    }
  });

  const shapes = [
    'resize,w_600,h_300 format,f_webp',
    'resize,h_333',
    'resize,m_mfit,w_300,h_300',
    'resize,m_fill,w_9,h_160,g_se',
    'resize,m_fill,w_5000,h_100',
    'resize,m_fill,w_1100,h_300,limit_0',
    'resize,m_pad,w_1200,h_100',
    'resize,m_fixed,w_70',
    'resize,m_fixed,w_5000,h_20',
    'resize,m_fixed,w_1050,h_20,limit_0',
    'resize,l_150',
    'resize,s_90',
    'resize,p_7',
    'resize,p_300',
    'resize,p_110,limit_0',
    'crop,x_950,y_1350,w_500',
    'crop,x_10,y_20,g_se,w_100,h_100',
    'rotate,a_45',
    'rotate,a_270 crop,w_300,h_200 resize,h_150 flip,d_v',
  ];

  it.each(shapes)('gets a picture in the size that %s means', async (spelled) => {
    const { url, expected } = await expectation('shape.png', spelled.split(' '));
    const { status, image } = await get(url);
    expect({ status, image }).toEqual({ status: 200, image: expected.image });
  });

  it(`gets one derivative, one object and one render for ${spellings} spellings of one recipe`, async () => {
    const targets = await client.ask('spellings', {
      seed: 20261122,
      count: spellings,
      path: `/${tenant}/dunes again.jpg`,
      required: [
        { variants: ['crop,x_100,w_900,h_600'], defaults: ['y_0', 'g_nw'] },
        { variants: ['rotate,a_90', 'rotate,a_450', 'rotate,a_-270'] },
        { variants: ['flip,d_h'] },
        {
          variants: ['resize,m_fill,w_150,h_160', 'resize,h_160,m_fill,w_150'],
          defaults: ['limit_1', 'g_center'],
        },
        { variants: ['blur,s_2', 'blur,s_2,r_7'] },
        { variants: ['sharpen,s_110'] },
        { variants: ['quality,q_70', 'quality,Q_70'] },
        { variants: ['format,f_webp'] },
      ],
      droppable: ['auto-orient,o_1', 'orient,o_1', 'auto-orient', 'orient'],
      signer: { key: signingKey, kid: firstKid, exp: seconds() + 3_600 },
    });
    const answers = await client.ask('fetchAll', { port: stack.instance.ports.cdn, targets });
    countCases(answers.length);
    const kinds = new Set(answers.map(({ status, md5 }) => `${status} ${md5}`));
    expect([...kinds]).toEqual([expect.stringMatching(/^200 /)]);
    const key =
      `${tenant}/dunes again.jpg__op__crop,x_100,w_900,h_600__op__rotate,a_90__op__flip,d_h` +
      '__op__resize,m_fill,w_150,h_160__op__blur,s_2__op__sharpen,s_110__op__quality,q_70' +
      '__op__format,f_webp';
    expect(await rendersOf('dunes again.jpg')).toEqual([key]);
    expect(await listKeys(s3, derivativesBucket, `${tenant}/dunes again.jpg`)).toEqual([key]);
  });

  it('makes 100 concurrent first requests wait for one render', async () => {
    const { url } = await mint('crowd.jpg', ['resize,w_777', 'format,f_avif']);
    const port = stack.instance.ports.cdn;
    const answers = await client.ask('burst', { port, target: url, count: 100 });
    expect(new Set(answers.map(({ status, md5 }) => `${status} ${md5}`)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 200, image: { type: 'avif', width: 777 } });
    expect(await rendersOf('crowd.jpg')).toHaveLength(1);
  });

  it('gets the same derivative after a restart, without a render', async () => {
    const { url } = await mint('kept.png', ['resize,w_150', 'format,f_webp']);
    const before = await get(url);
    expect(await stack.stop()).toBe(0);
    s3.destroy();
    stack = await startRunningStack({ home: folder.home });
    s3 = s3Of(stack.instance.ports.s3);
    const after = await get(url);
    expect(after).toMatchObject({
      status: 200,
      md5: before.md5,
      headers: { 'x-cache': 'Miss from cloudfront', etag: `"${before.md5}"` },
    });
    expect(await rendersOf('kept.png')).toHaveLength(1);
  });
});
