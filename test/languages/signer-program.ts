import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import type { Language } from './languages.ts';
import type { Call } from './signer-calls.ts';

/** The answer of a signer to a call. */
const answerSchema = v.union([
  v.strictObject({ ok: v.string() }),
  v.strictObject({ refused: v.string() }),
]);
export type Answer = v.InferOutput<typeof answerSchema>;

/** A signer that can be called, in its own folder. */
export type SignerProgram = {
  /** Runs groups of calls in one process. Returns for each group the answers by the ids of its calls. */
  readonly answer: (groups: readonly (readonly Call[])[]) => readonly ReadonlyMap<string, Answer>[];
  readonly remove: () => void;
};

const at = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function copySources({ signer, driver, files = {}, texts = {} }: Language, folder: string): void {
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

/** Runs a command and returns its output. Throws with the whole output if the command fails. */
function runCommand(
  [command = '', ...words]: readonly string[],
  { folder, input = '' }: { folder: string; input?: string },
): string {
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    cwd: folder,
    encoding: 'utf8',
    input,
    // No signer may depend on the locale.
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}

/** Runs all calls in one process. The driver sets the environment variables of each call. */
function runCalls(language: Language, folder: string, calls: readonly Call[]) {
  const input = `${calls.map(language.line).join('\n')}\n`;
  const lines = runCommand(language.run, { folder, input }).trimEnd().split('\n');
  if (lines.length !== calls.length)
    throw new Error(`${lines.length} answers to ${calls.length} calls: ${lines.join('\n')}`);
  return lines.map((line) => v.parse(answerSchema, JSON.parse(line)));
}

function nextAnswer(answers: Iterator<Answer>): Answer {
  const { done, value } = answers.next();
  if (done) throw new Error('there are fewer answers than calls');
  return value;
}

/** Copies a signer and its driver to a temporary folder, and compiles them if the language needs it. */
export function signerProgram(language: Language): SignerProgram {
  const folder = mkdtempSync(path.join(tmpdir(), 'signet-signer-'));
  copySources(language, folder);
  if (language.compile !== undefined) runCommand(language.compile, { folder });
  return {
    answer: (groups) => {
      const answers = runCalls(language, folder, groups.flat()).values();
      return groups.map((calls) => new Map(calls.map(({ id }) => [id, nextAnswer(answers)])));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
