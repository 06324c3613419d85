import fc from 'fast-check';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { operationNames, rowOf } from '../../shared/operations/table.ts';
import { encodePath, separator } from '../../shared/url/path.ts';
import { sign } from '../../shared/url/signature.ts';
import { someWrittenRecipes, type WrittenOperation } from '../shared/recipe/recipes.ts';
import { paths } from '../shared/url/paths.ts';
import { acme } from './test-edge.ts';

/*
 * What backends may ask for, sound or not. Recipes are drawn from some that were made once, and then
 * spoilt: making each anew would take most of the time.
 */

const printed = ({ name, pairs }: WrittenOperation): string => [name, ...pairs].join(',');

const sound: fc.Arbitrary<readonly string[]> = fc
  .constantFrom(...someWrittenRecipes)
  .map((recipe) => recipe.map(printed));

/** Values of every kind of mistake: out of range, in another spelling, of another type, empty. */
const oddValues = [
  ...['0', '-1', '040', '1e3', '+5', '１２', '8193', '10000000', '1.5', '', '-', 'NaN', 'null'],
  ...[
    'lfitt',
    'LFIT',
    'top',
    'auto',
    'FF00',
    'ff0000ff',
    'GG0000',
    'a_b',
    'a b',
    'true',
    '100',
    '1',
  ],
];
const oddNames = ['blurr', 'Resize', 'constructor', '', 'style', 'auto-orient', 'quality', 'x'];

const someName = fc.constantFrom(...operationNames);
const someParameter = someName.chain((name) =>
  fc
    .constantFrom(...Object.keys(rowOf(name).parameters), 'W', 'width', '')
    .map((own) => [name, own]),
);

/** An operation that may be anything. */
const oddOperation: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(someParameter, fc.constantFrom(...oddValues))
    .map(([[name, own], value]) => `${name},${own}_${value}`),
  fc.constantFrom(...oddNames, ...operationNames),
  fc.constantFrom('style,n_thumb', 'style,n_none', 'style,n_thumb,n_x', 'style,m_x', 'style,n_'),
  fc.constantFrom(
    ...['resize,w_4,l_4', 'resize,m_fill,w_4', 'resize,w_8192,h_8192', 'resize,w_4,w_5'],
    ...['resize,m_fill,w_4,h_4,g_nw,fx_3', 'indexcrop,x_3,y_3', 'flip,d_1', 'interlace,i_baseline'],
    ...['quality,q_3,Q_4', 'resize,400', 'rotate,90', 'resize,w', 'resize,', 'grayscale,x_1'],
  ),
);

/** One operation more, one less, or one in the place of another. */
const spoilt: fc.Arbitrary<readonly string[]> = fc
  .tuple(sound, oddOperation, fc.nat(16), fc.nat(1))
  .map(([recipe, odd, at, dropped]) => recipe.toSpliced(at % (recipe.length + 1), dropped, odd));

/** A key of 1,024 bytes is reached with many operations only. */
const long: fc.Arbitrary<readonly string[]> = fc
  .tuple(sound, sound)
  .map(([one, other]) => [...one, ...other]);

const queried: fc.Arbitrary<readonly string[]> = fc
  .tuple(fc.oneof(sound, spoilt), fc.constantFrom('x-oss-process=', 'x-bce-process='))
  .map(([recipe, name]) => [`${name}image/${recipe.join('/')}`]);

export const operations: fc.Arbitrary<readonly string[]> = fc.oneof(
  { arbitrary: sound, weight: 8 },
  { arbitrary: spoilt, weight: 6 },
  { arbitrary: long, weight: 1 },
  { arbitrary: queried, weight: 2 },
  { arbitrary: fc.constant([]), weight: 1 },
);

const longPath = fc.integer({ min: 500, max: 701 }).map((length) => 'p'.repeat(length));

/** A path and operations; of unsound ones mostly one of the two. */
export const asked = fc.record({
  path: fc.oneof(
    { arbitrary: paths, weight: 3 },
    { arbitrary: fc.constantFrom('a.jpg', 'ä b+c%20(1).png', '50%.gif'), weight: 4 },
    { arbitrary: longPath, weight: 1 },
  ),
  operations,
});

export type Asked = { readonly path: string; readonly operations: readonly string[] };

const queryOf = ({ operations }: Asked): string | undefined =>
  /^(x-[a-z]+-process=.*)$/s.exec(operations.join(' '))?.[1];

/** Whether the recipe is in the spelling of another service. */
export const isQueryRecipe = (one: Asked): boolean => queryOf(one) !== undefined;

/**
 * A URL with a right signature, whatever else is wrong with it; nothing where no URL can say what was
 * asked for.
 */
export function signUnchecked(one: Asked, exp: number): string | undefined {
  const { path, operations } = one;
  const query = queryOf(one);
  const suffix = query === undefined ? operations : [];
  const target = `/${[`acme/${path}`, ...suffix].join(separator)}`;
  const [name = '', value = ''] = query?.split(/=(.*)/s) ?? [];
  if (!`${target}${value}`.isWellFormed()) return undefined;
  const parts = { kid: acme.kid, exp: String(exp), target };
  const signed = query === undefined ? parts : { ...parts, query: { name, value } };
  const sig = sign(nodeCrypto, acme.key, signed);
  const spelled = query === undefined ? '' : `${name}=${encodePath(value)}&`;
  return `${acme.url}${encodePath(target)}?${spelled}exp=${exp}&kid=${acme.kid}&sig=${sig}`;
}
