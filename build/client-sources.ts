import { readFile } from 'node:fs/promises';
import type { OnLoadResult, Plugin } from 'esbuild';
import { limits } from '../shared/limits.ts';

/*
 * Removes code from the shared sources that the client's bundles do not need. The remaining code behaves the
 * same: the client's tests compare the bundles with the sources.
 */

const numbers: ReadonlyMap<string, number> = new Map(Object.entries(limits));

/** Replaces each limit by its number, because a bundler would keep the whole object. */
const inlineLimits = (source: string): string =>
  source.replace(/\blimits\.([A-Za-z]+)\b/g, (all, name: string) =>
    String(numbers.get(name) ?? all),
  );

const droppedProperties = [
  ...['summary', 'example', 'differs', 'notes', 'step', 'encoding'],
  ...['turnsAt', 'product', 'first', 'revision'],
];
/** A row with an `answer` is a JSON operation. The client needs only to know that there is one. */
const answer = '  answer: async () => ({}),';

/**
 * Removes the code that renders and the documentation from a row of the operations table. Relies on the
 * formatter, which starts every property of a row on its own line, indented by two spaces.
 */
function stripDrawing(source: string): string {
  let property = '';
  const kept = source.split('\n').flatMap((line) => {
    const [, started = ''] = /^ {2}([A-Za-z]+)[:,(]/.exec(line) ?? [];
    if (started !== '') property = started;
    if (/^\S/.test(line)) property = '';
    if (property === 'answer') return started === '' ? [] : [answer];
    return droppedProperties.includes(property) ? [] : [line];
  });
  return kept.join('\n');
}

const text = /'[^']*'|"[^"]*"|`[^`]*`/.source;
const integerCall = new RegExp(
  `\\binteger\\(([^,'"\`()]+),([^,'"\`()]+),\\s*(?:${text}),?\\s*\\)`,
  'g',
);

/** Removes what whole numbers mean, which only the documentation and editors show. */
const stripMeanings = (source: string): string => source.replace(integerCall, "integer($1,$2,'')");

/** Removes shortcuts that only save time, before a limit of bytes is measured. */
const stripShortcuts = (source: string): string =>
  source.replace(/\b[\w.]+\.length \* 3 > [\w.]+ && /g, '');

async function loadLeanSource(path: string): Promise<OnLoadResult> {
  const source = inlineLimits(stripShortcuts(await readFile(path, 'utf8')));
  const isRow = source.includes('= operation({');
  const contents = isRow ? stripMeanings(stripDrawing(source)) : source;
  return { contents, loader: 'ts' };
}

/** Loads the sources of `client/` and `shared/` without the code that a minter does not need. */
export const leanSources: Plugin = {
  name: 'lean sources',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/](?:client|shared)[\\/].*\.ts$/ }, ({ path }) => loadLeanSource(path)),
};

/**
 * Makes the other entries import `SignetError` and `withGrant` from the core instead of bundling a copy, so
 * that `instanceof SignetError` works for errors of every entry.
 */
export const importFromCore: Plugin = {
  name: 'import from core',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/(?:signet-error|granted-minter)\.ts$/ }, () => ({
      path: './signet.js',
      external: true,
    })),
};
