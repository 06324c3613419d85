import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { installPython } from '../../local/s3/tools/tool-packages.ts';
import { notRun } from '../../not-run.ts';
import { isProof } from '../../proof/cases.ts';

/* DuckDB counts the same logs, and sqlglot reads Athena's statements: programs of other people. */

export const duckdbVersion = '2.0.1';
export const sqlglotVersion = '30.30.0';

const program = fileURLToPath(new URL('count.py', import.meta.url));

/** The folders of both packages, for PYTHONPATH; undefined, which is said, where they cannot be installed. */
export function findCounters(): string | undefined {
  const hint = { install: 'npm run proof -- usage', optional: true };
  const wanted = isProof || process.env['SIGNET_RUN_ALL'] !== undefined;
  if (!wanted) {
    notRun('the comparison of usage with DuckDB', ['duckdb'], hint);
    return undefined;
  }
  try {
    return [installPython('duckdb', duckdbVersion), installPython('sqlglot', sqlglotVersion)].join(
      ':',
    );
  } catch (thrown) {
    notRun('the comparison of usage with DuckDB', [`duckdb (${(thrown as Error).message})`], hint);
    return undefined;
  }
}

/** Runs `count.py` and returns what it prints. */
export function countElsewhere<T>(
  folders: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
  input = '',
): T {
  const { status, stderr, stdout } = spawnSync('python3', [program, ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...environment, PYTHONPATH: folders, PYTHONDONTWRITEBYTECODE: '1' },
    input,
    maxBuffer: 200_000_000,
  });
  if (status !== 0) throw new Error(`count.py ${words[0]} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
