import fc from 'fast-check';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { operationNames, rowOf } from '../../shared/operations/table.ts';
import { encodePath, separator } from '../../shared/url/path.ts';
import { sign } from '../../shared/url/signature.ts';
import { someWrittenRecipes, type WrittenOperation } from '../shared/recipe/recipes.ts';
import { paths } from '../shared/url/paths.ts';
import { acme } from './test-edge.ts';

/*
 * Random calls of a minter, valid and invalid. Recipes come from a list that is generated once and are then
 * modified, because generating each recipe would take most of the time.
 */

const printOperation = ({ name, pairs }: WrittenOperation): string => [name, ...pairs].join(',');

const validRecipes: fc.Arbitrary<readonly string[]> = fc
  .constantFrom(...someWrittenRecipes)
  .map((recipe) => recipe.map(printOperation));

/** Invalid values of every kind: out of range, in another spelling, of another type, empty. */
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

/** An operation that is usually invalid. */
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

/** A recipe in which an odd operation is added or replaces another one. */
const spoiltRecipes: fc.Arbitrary<readonly string[]> = fc
  .tuple(validRecipes, oddOperation, fc.nat(16), fc.nat(1))
  .map(([recipe, odd, at, removed]) => recipe.toSpliced(at % (recipe.length + 1), removed, odd));

/** Two recipes in one. A key reaches 1,024 bytes only with many operations. */
const longRecipes: fc.Arbitrary<readonly string[]> = fc
  .tuple(validRecipes, validRecipes)
  .map(([one, other]) => [...one, ...other]);

const queryRecipes: fc.Arbitrary<readonly string[]> = fc
  .tuple(fc.oneof(validRecipes, spoiltRecipes), fc.constantFrom('x-oss-process=', 'x-bce-process='))
  .map(([recipe, name]) => [`${name}image/${recipe.join('/')}`]);

export const operations: fc.Arbitrary<readonly string[]> = fc.oneof(
  { arbitrary: validRecipes, weight: 8 },
  { arbitrary: spoiltRecipes, weight: 6 },
  { arbitrary: longRecipes, weight: 1 },
  { arbitrary: queryRecipes, weight: 2 },
  { arbitrary: fc.constant([]), weight: 1 },
);

const longPath = fc.integer({ min: 500, max: 701 }).map((length) => 'p'.repeat(length));

/** A path and operations. In an invalid call, usually only one of them is invalid. */
export const randomCalls = fc.record({
  path: fc.oneof(
    { arbitrary: paths, weight: 3 },
    { arbitrary: fc.constantFrom('a.jpg', 'ä b+c%20(1).png', '50%.gif'), weight: 4 },
    { arbitrary: longPath, weight: 1 },
  ),
  operations,
});

export type MintCall = { readonly path: string; readonly operations: readonly string[] };

const queryOf = ({ operations }: MintCall): string | undefined =>
  /^(x-[a-z]+-process=.*)$/s.exec(operations.join(' '))?.[1];

/** Whether the recipe is in the spelling of another service. */
export const isQueryRecipe = (call: MintCall): boolean => queryOf(call) !== undefined;

/**
 * Returns a URL with a valid signature, although the call may be invalid. Undefined if the call cannot be
 * written as a URL.
 */
export function signUnchecked(call: MintCall, exp: number): string | undefined {
  const { path, operations } = call;
  const query = queryOf(call);
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
