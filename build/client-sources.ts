import { readFile } from 'node:fs/promises';
import type { OnLoadResult, Plugin } from 'esbuild';
import { limits } from '../shared/limits.ts';

/*
 * What the client's bundles leave out of the sources that they share with the edge. Nothing that is
 * left says anything else: the tests of the client ask the bundles what they ask the sources.
 */

const numbers: ReadonlyMap<string, number> = new Map(Object.entries(limits));

/** A bundler keeps an object as a whole, so each limit becomes the number that it is. */
const withoutLimits = (source: string): string =>
  source.replace(/\blimits\.([A-Za-z]+)\b/g, (all, name: string) =>
    String(numbers.get(name) ?? all),
  );

const leftOut = [
  ...['summary', 'example', 'differs', 'step', 'encoding'],
  ...['turnsAt', 'product', 'first', 'revision'],
];
/** Answers in words are told from images by having one; which they are is for the edge to say. */
const answer = '  answer: async () => ({}),';

/**
 * A row of the operations table without what draws and what documents it. The formatter puts every
 * property of a row on lines of its own, indented by two.
 */
function withoutDrawing(source: string): string {
  let property = '';
  const kept = source.split('\n').flatMap((line) => {
    const [, begun = ''] = /^ {2}([A-Za-z]+)[:,(]/.exec(line) ?? [];
    if (begun !== '') property = begun;
    if (/^\S/.test(line)) property = '';
    if (property === 'answer') return begun === '' ? [] : [answer];
    return leftOut.includes(property) ? [] : [line];
  });
  return kept.join('\n');
}

async function leanSource(path: string): Promise<OnLoadResult> {
  const source = withoutLimits(await readFile(path, 'utf8'));
  const isRow = source.includes('= operation({');
  return { contents: isRow ? withoutDrawing(source) : source, loader: 'ts' };
}

/** Reads the sources of `client/` and `shared/` without what a minter has no use for. */
export const leanSources: Plugin = {
  name: 'lean sources',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/](?:client|shared)[\\/].*\.ts$/ }, ({ path }) => leanSource(path)),
};

/**
 * There is one class of errors, and one minter under a grant: the entries besides the core import them
 * from there, so that `instanceof` holds for whoever threw it.
 */
export const piecesOfCore: Plugin = {
  name: 'the pieces of the core',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/(?:signet-error|granted)\.ts$/ }, () => ({
      path: './signet.js',
      external: true,
    })),
};
