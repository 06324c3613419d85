import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { Language } from './languages.ts';
import type { Call, Environment } from './signer-calls.ts';

/** What a signer said to a call. */
const answerSchema = v.union([
  v.strictObject({ ok: v.string() }),
  v.strictObject({ refused: v.string() }),
]);
export type Answer = v.InferOutput<typeof answerSchema>;

/** A signer that can be called; it has a folder of its own. */
export type SignerProgram = {
  /** What it answered, by the id of each call. */
  readonly answer: (calls: readonly Call[]) => ReadonlyMap<string, Answer>;
  readonly remove: () => void;
};

const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function layOut({ signer, driver, files = {}, texts = {} }: Language, folder: string): void {
  const sources = {
    [signer]: at(`../../client/languages/${signer}`),
    [driver]: at(`drivers/${driver}`),
    'signers.csproj': at('drivers/signers.csproj'),
  };
  for (const [name, source] of Object.entries(sources)) {
    const place = path.join(folder, files[name] ?? name);
    mkdirSync(path.dirname(place), { recursive: true });
    copyFileSync(source, place);
  }
  for (const [name, text] of Object.entries(texts)) writeFileSync(path.join(folder, name), text);
}

/** Its output. Throws with all that it said when it ends in any other way than well. */
function output(
  [command = '', ...words]: readonly string[],
  { folder, input = '', env = {} }: { folder: string; input?: string; env?: NodeJS.ProcessEnv },
): string {
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    cwd: folder,
    encoding: 'utf8',
    input,
    env: { ...process.env, ...env },
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

/** No signer may hang on the language of its machine. */
const variables = ({ url, tenant, kid, signingKey }: Environment): NodeJS.ProcessEnv => ({
  LC_ALL: 'C',
  SIGNET_URL: url,
  SIGNET_TENANT: tenant,
  SIGNET_KID: kid,
  SIGNET_KEY: signingKey,
});

function byEnvironment(calls: readonly Call[]): readonly (readonly Call[])[] {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const name = JSON.stringify(call.environment);
    groups.set(name, [...(groups.get(name) ?? []), call]);
  }
  return [...groups.values()];
}

/** One process for each environment: a signer reads its own. */
function answers(language: Language, folder: string, calls: readonly Call[]) {
  const input = `${calls.map(language.line).join('\n')}\n`;
  const env = calls[0] === undefined ? {} : variables(calls[0].environment);
  const lines = output(language.run, { folder, input, env }).trimEnd().split('\n');
  if (lines.length !== calls.length)
    throw new Error(`${lines.length} answers to ${calls.length} calls: ${lines.join('\n')}`);
  return calls.map(({ id }, index): [string, Answer] => [
    id,
    v.parse(answerSchema, JSON.parse(lines[index] ?? '')),
  ]);
}

/** Lays a signer and its driver out in a folder, and compiles them where that has to be. */
export function signerProgram(language: Language): SignerProgram {
  const folder = mkdtempSync(path.join(tmpdir(), 'signet-signer-'));
  layOut(language, folder);
  if (language.compile !== undefined) output(language.compile, { folder });
  return {
    answer: (calls) =>
      new Map(byEnvironment(calls).flatMap((group) => answers(language, folder, group))),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
