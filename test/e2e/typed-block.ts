import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { command, type Environment } from '../cli/in-process.ts';
import type { Ran } from '../cli/signet.ts';
import { codeBlocks, textOf } from '../docs/pages.ts';
import { wordsOf } from '../docs/signet-words.ts';

/* The commands of a page, run as they are printed. */

const program = fileURLToPath(new URL('../../bin/signet.js', import.meta.url));

/** In a clone, `npx signet` runs this program. The tests type in a folder of their own. */
const prelude = `npx() { shift; '${process.execPath}' '${program}' "$@"; }`;

/** What needs an account begins with this line. */
const onAws = '# on AWS\n';

/** The blocks of shell commands below a heading, without those that need an account. */
export function typedBlocks(page: string, heading: string): readonly string[] {
  const [, rest = ''] = textOf(page).split(`\n## ${heading}\n`);
  const [section = ''] = rest.split('\n## ');
  const own = codeBlocks(page, 'sh').filter((block) =>
    section.includes(`\`\`\`sh\n${block}\`\`\``),
  );
  return own.filter((block) => !block.startsWith(onAws));
}

export type TypingPlace = {
  /** The folder that relative paths belong to. */
  readonly folder: string;
  readonly environment: Environment;
};

/** Runs a line that is more than one command. */
function runInShell(line: string, { folder, environment }: TypingPlace): Promise<Ran> {
  const child = spawn('sh', ['-e', '-c', `${prelude}\n${line}`], {
    cwd: folder,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

/** A command of signet is run in this process, which saves the second of a start. */
function runLine(line: string, place: TypingPlace): Promise<Ran> {
  const [npx, signet, ...words] = wordsOf(line);
  if (npx !== 'npx' || signet !== 'signet') return runInShell(line, place);
  const local = words.map((word) => word.replace(/^(?=policies\/|\.\/)/, `${place.folder}/`));
  return command(local, place.environment);
}

/** These exit with 1 if they find something wrong. */
const mayFind = /^npx signet (?:doctor|explain)\b/;

/** Runs the lines of a block. Returns what they print; throws with all of it at the first that fails. */
export async function runBlock(block: string, place: TypingPlace): Promise<string> {
  let printed = '';
  for (const line of block.trim().split('\n')) {
    const { code, stdout, stderr } = await runLine(line, place);
    printed += stdout;
    if (code === 0 || (code === 1 && mayFind.test(line))) continue;
    throw new Error(`${line} ended with ${code}: ${stdout}${stderr}`);
  }
  return printed.trim();
}
