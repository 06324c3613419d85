import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withPolicy } from '../../client/policy.ts';
import { signet } from '../../client/signet.ts';
import { pathFault } from '../../shared/url/path.ts';
import { countCases } from '../proof/cases.ts';
import { runs } from '../shared/request/outcome.ts';
import { cases } from './mint-outcome.ts';
import { type MintCall, randomCalls, signUnchecked } from './random-requests.ts';
import { acme, edgeWith, policyOf, refusalOf } from './test-edge.ts';

/** Requests for all policies together. Each of them asks the edge three times. */
const all = Math.ceil(cases / 3);

const exp = Math.floor(Date.now() / 1_000) + 300;
const images = signet(acme);

type Document = { readonly tenant: string; readonly [field: string]: unknown };

const folder = new URL('../policies/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const examplePolicies = files.map((name): readonly [string, Document] => [
  name,
  { ...JSON.parse(readFileSync(new URL(name, folder), 'utf8')), tenant: 'acme' },
]);

const resize = [{ w: [100, 200] }, { m: ['fill'], w: [200], h: [100, 200] }];
const madePolicies: readonly (readonly [string, Document])[] = [
  [
    'with snapped lengths',
    { tenant: 'acme', operations: { resize, quality: { q: [60] } }, snap: true },
  ],
  ['with only presets', { tenant: 'acme', presets: { thumb: 'resize,w_200' }, presetsOnly: true }],
  [
    'that resolves auto to a type that it denies',
    { tenant: 'acme', operations: { resize, format: { f: ['avif'] } }, auto: { format: ['webp'] } },
  ],
  ['with blocked sources', { tenant: 'acme', operations: { resize }, blocked: ['a.jpg', 'b/*'] }],
];

const policies = [...examplePolicies, ...madePolicies];

/** Requests that some of these policies allow. Random requests are almost never allowed. */
const likelyCalls: fc.Arbitrary<MintCall> = fc
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
      'download,n_a',
      'frames,n_1',
      'grayscale',
      'rotate,a_360',
    ),
  })
  .map(({ path, ...parts }) => ({ path, operations: Object.values(parts).filter(Boolean) }));

const requests = fc.oneof(
  { arbitrary: likelyCalls, weight: 4 },
  { arbitrary: randomCalls, weight: 1 },
);

const accepts = ['image/avif', 'image/webp', '*/*'];

describe.each(policies)('the policy %s', (_what, document) => {
  const edge = edgeWith(policyOf(document));
  const ours = withPolicy(images, document);

  /** The refusals of the edge for browsers with different `accept` headers. */
  async function refusalsOf(call: MintCall): Promise<readonly string[]> {
    const url = signUnchecked(call, exp);
    // The path `a__op` followed by `__op__` would be read as the path `a`.
    if (url === undefined || pathFault(call.path) !== undefined) return ['malformed'];
    const answers = await Promise.all(accepts.map((accept) => edge(url, accept)));
    return answers.filter((answer) => !answer.startsWith('acme/'));
  }

  it('gives the same decisions in the client and at the edge', async () => {
    const agree = async (call: MintCall): Promise<void> => {
      countCases();
      const { path, operations } = call;
      const mint = () => ours.url(path, operations, { expires: new Date(exp * 1_000) });
      const code = (await refusalOf(mint))?.code;
      const theirs = await refusalsOf(call);
      if (code === undefined) expect(theirs).toEqual([]);
      else expect(theirs).toContain(code);
    };
    await fc.assert(fc.asyncProperty(requests, agree), runs(Math.ceil(all / policies.length)));
  });
});

it.each(policies)('the policy %s serves some of the requests', async (_what, document) => {
  const ours = withPolicy(images, document);
  const how = { expires: new Date(exp * 1_000) };
  const refused = await Promise.all(
    fc
      .sample(likelyCalls, runs(500))
      .map(({ path, operations }) => refusalOf(() => ours.url(path, operations, how))),
  );
  const served = refused.filter((one) => one === undefined).length;
  expect(served).toBeGreaterThan(0);
  expect(served).toBeLessThan(refused.length);
});
