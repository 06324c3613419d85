import { Session } from 'node:inspector/promises';
import { root } from './source-tree.ts';

/** Which files and which named functions of the project ran, by file. */
export type Executed = Readonly<Record<string, readonly string[]>>;

/** The top folders whose code counts. Helpers that the compiler adds are not the project's. */
const counted = /^(?:shared|edge|render)\//;
const added: ReadonlySet<string> = new Set(['', '__name']);

/**
 * Runs work and reports what it executed, by V8's own counts. It has to run in a process without another
 * coverage or debugging session.
 */
export async function recordExecuted(work: () => Promise<unknown>): Promise<Executed> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await session.post('Profiler.takePreciseCoverage');
  await work();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  session.disconnect();
  const executed: Record<string, readonly string[]> = {};
  for (const { url, functions } of result) {
    const file = url.replace(`file://${root}`, '');
    if (!counted.test(file)) continue;
    const ran = functions.filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0);
    const names = ran.map(({ functionName }) => functionName).filter((name) => !added.has(name));
    // A script of its own without a name is the module: it counts only when it is loaded.
    const isEntered = ran.some(({ ranges }) => (ranges[0]?.startOffset ?? 0) > 0);
    if (isEntered) executed[file.replace(/\?.*/, '')] = names;
  }
  return executed;
}

/** What ran in one or the other. */
export function mergeExecuted(one: Executed, other: Executed): Executed {
  const files = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries(
    [...files].map((file) => [file, [...new Set([...(one[file] ?? []), ...(other[file] ?? [])])]]),
  );
}
