import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Keyring } from '../../shared/keys/keyring.ts';
import { limits } from '../../shared/limits.ts';
import type { PolicyIssue } from '../../shared/policy/issues.ts';
import type { ValidPolicy } from '../../shared/policy/schema.ts';
import { OperatorFailure } from '../failure.ts';
import { FileFailure, unreadableFile } from '../file-failure.ts';
import { parsePolicyText } from './policy-text.ts';

/** Names stdin instead of a file. Its `extends` is relative to the working directory. */
export const stdin = '-';

/** Stops after the largest policy, because a pipe may never end. A longer text is refused for its length. */
async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > limits.policyBytes) break;
  }
  return Buffer.concat(chunks, size).toString();
}

const describeInFile = ({ path, message }: PolicyIssue): string =>
  path ? `${path} ${message}` : message;

/** A pipe that nobody writes to and a device such as /dev/zero would never end. */
async function readWholeFile(file: string): Promise<string> {
  const kind = await stat(file);
  if (!kind.isFile() && !kind.isDirectory())
    throw new FileFailure('unreadable_file', file, 'is not a file; write - for stdin');
  return readFile(file, 'utf8');
}

/** Reads a file as a JSON object, without validating it. Throws `unreadable_file` or `invalid_policy`. */
export async function readPolicyFile(file: string): Promise<Record<string, unknown>> {
  const reading = file === stdin ? readStdin() : readWholeFile(file);
  const text = await reading.catch((thrown: unknown) => {
    throw thrown instanceof FileFailure ? thrown : unreadableFile(file, thrown);
  });
  const parsed = parsePolicyText(text);
  if ('issues' in parsed)
    throw new FileFailure('invalid_policy', file, parsed.issues.map(describeInFile).join('; '));
  const { document } = parsed;
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new FileFailure('invalid_policy', file, 'is not a JSON object');
  return document as Record<string, unknown>;
}

/** Throws `invalid_policy` for a kid without a root key: no signing key can be derived for it. */
export function checkRoots(file: string, { keys }: ValidPolicy, { kids }: Keyring): void {
  const unknown = keys?.accept.find((kid) => !kids.includes(kid.split('.')[0] ?? ''));
  if (unknown !== undefined)
    throw new OperatorFailure(
      'invalid_policy',
      `${file}: keys.accept contains ${unknown}, but the root keys are ${kids.join(', ')}`,
    );
}

/** Lists the files of paths. A folder means the JSON files in it, `-` stdin. Throws `unreadable_file`. */
export async function policyFiles(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(filesAt));
  return found.flat();
}

async function filesAt(at: string): Promise<readonly string[]> {
  if (at === stdin) return [stdin];
  const kind = await stat(at).catch((thrown: unknown) => {
    throw unreadableFile(at, thrown);
  });
  if (!kind.isDirectory()) return [at];
  const names = (await readdir(at)).filter((name) => name.endsWith('.json')).toSorted();
  if (names.length === 0) throw new FileFailure('unreadable_file', at, 'contains no .json files');
  return names.map((name) => path.join(at, name));
}
