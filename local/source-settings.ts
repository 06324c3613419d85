import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { localAccount, localBuckets } from '../shared/deployment/local-endpoints.ts';
import type { SourceEntries } from '../shared/policy/source-entries.ts';
import { sourceEntriesSchema } from '../shared/policy/source-settings.ts';
import { escapeForTerminal } from '../shared/terminal.ts';
import { StartFailure } from './start-failure.ts';

const hint = 'name a JSON file with entries as `sources` in cdk.json has them';

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (thrown) {
    const { code = 'it is not JSON' } = thrown as NodeJS.ErrnoException;
    throw new StartFailure(`SIGNET_SOURCES: cannot read ${file} (${code}); ${hint}`);
  }
}

function readEntries(file: string): SourceEntries {
  const read = v.safeParse(sourceEntriesSchema, readJson(file), { abortEarly: true });
  if (read.success) return read.output;
  const [issue] = read.issues;
  const where = ['sources', v.getDotPath(issue) ?? []].flat().join('.');
  throw new StartFailure(escapeForTerminal(`SIGNET_SOURCES: ${file}: ${where} ${issue.message}`));
}

/** Reads the buckets that are not Signet's own. Throws `StartFailure`. */
export function readSources({ SIGNET_SOURCES: file }: NodeJS.ProcessEnv): {
  readonly sources?: SourceEntries;
} {
  if (!file) return {};
  const entries = Object.entries(readEntries(file));
  const own: readonly string[] = Object.values(localBuckets);
  const [name] = entries.find(([, { bucket }]) => own.includes(bucket)) ?? [];
  if (name !== undefined)
    throw new StartFailure(
      `SIGNET_SOURCES: ${file}: sources.${name}.bucket is one of Signet's own buckets; choose another name`,
    );
  return {
    sources: Object.fromEntries(
      entries.map(([one, entry]) => [one, { account: localAccount, ...entry }]),
    ),
  };
}
