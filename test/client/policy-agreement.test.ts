import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withPolicy } from '../../client/policy.ts';
import { signet } from '../../client/signet.ts';
import { pathFault } from '../../shared/url/path.ts';
import { runs } from '../shared/request/outcome.ts';
import { type Asked, asked, signUnchecked } from './random-requests.ts';
import { acme, edgeWith, policyOf, refusalOf } from './test-edge.ts';

/** Requests for each policy; SIGNET_CLIENT_CASES says how many there are in all. */
const all = Number(process.env['SIGNET_CLIENT_CASES'] ?? 12_000);

const exp = Math.floor(Date.now() / 1_000) + 300;
const images = signet(acme);

type Document = { readonly tenant: string; readonly [field: string]: unknown };

const folder = new URL('../policies/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const real = files.map((name): readonly [string, Document] => [
  name,
  { ...JSON.parse(readFileSync(new URL(name, folder), 'utf8')), tenant: 'acme' },
]);

const resize = [{ w: [100, 200] }, { m: ['fill'], w: [200], h: [100, 200] }];
const made: readonly (readonly [string, Document])[] = [
  ['moves lengths', { tenant: 'acme', operations: { resize, quality: { q: [60] } }, snap: true }],
  [
    'serves presets alone',
    { tenant: 'acme', presets: { thumb: 'resize,w_200' }, presetsOnly: true },
  ],
  [
    'lets auto settle on one type that it refuses',
    { tenant: 'acme', operations: { resize, format: { f: ['avif'] } }, auto: { format: ['webp'] } },
  ],
  ['has taken sources down', { tenant: 'acme', operations: { resize }, blocked: ['a.jpg', 'b/*'] }],
];

/** Recipes that some of these policies allow, which random ones hardly ever are. */
const near: fc.Arbitrary<Asked> = fc
  .record({
    path: fc.constantFrom('a.jpg', 'b/c d.jpg', 'é+%.png'),
    resize: fc.constantFrom(
      ...['', 'resize,w_99', 'resize,w_100', 'resize,w_200', 'resize,w_320', 'resize,w_641'],
      ...[
        'resize,m_fill,w_200,h_100',
        'resize,m_fill,w_400,h_300',
        'resize,w_640,l_3',
        'resize,h_200',
      ],
    ),
    quality: fc.constantFrom(
      '',
      '',
      'quality,q_60',
      'quality,q_80',
      'quality,q_75',
      'quality,q_61',
    ),
    format: fc.constantFrom('', 'format,f_auto', 'format,f_auto', 'format,f_webp', 'format,f_jpg'),
    other: fc.constantFrom(
      '',
      '',
      '',
      'style,n_thumb',
      'style,n_tile',
      'version,v_1',
      'grayscale',
      'rotate,a_360',
    ),
  })
  .map(({ path, ...parts }) => ({ path, operations: Object.values(parts).filter(Boolean) }));

const requests = fc.oneof({ arbitrary: near, weight: 4 }, { arbitrary: asked, weight: 1 });

const accepts = ['image/avif', 'image/webp', '*/*'];

describe.each([...real, ...made])('a policy that %s', (_what, document) => {
  const edge = edgeWith(policyOf(document));
  const ours = withPolicy(images, document);

  /** What the edge refuses a request with, from whichever browser; nothing where it serves all of them. */
  async function refusalsOf(one: Asked): Promise<readonly string[]> {
    const url = signUnchecked(one, exp);
    // The path `a__op` behind which another __op__ stands would be read as the path `a`.
    if (url === undefined || pathFault(one.path) !== undefined) return ['malformed'];
    const answers = await Promise.all(accepts.map((accept) => edge(url, accept)));
    return answers.filter((answer) => !answer.startsWith('acme/'));
  }

  it('is asked by the client as the edge asks it', async () => {
    const cases = Math.ceil(all / (real.length + made.length));
    const agree = async (one: Asked): Promise<void> => {
      const { path, operations } = one;
      const mint = () => ours.url(path, operations, { expires: new Date(exp * 1_000) });
      const code = (await refusalOf(mint))?.code;
      const theirs = await refusalsOf(one);
      if (code === undefined) expect(theirs).toEqual([]);
      else expect(theirs).toContain(code);
    };
    await fc.assert(fc.asyncProperty(requests, agree), runs(cases));
  }, 120_000);
});

it.each([...real, ...made])(
  'some requests are served under a policy that %s',
  async (_what, document) => {
    const ours = withPolicy(images, document);
    const how = { expires: new Date(exp * 1_000) };
    const refused = await Promise.all(
      fc
        .sample(near, runs(500))
        .map(({ path, operations }) => refusalOf(() => ours.url(path, operations, how))),
    );
    const served = refused.filter((one) => one === undefined).length;
    expect(served).toBeGreaterThan(0);
    expect(served).toBeLessThan(refused.length);
  },
);
