import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { starterPolicy } from '../../shared/policy/starter.ts';
import { installed } from '../client/installed-package.ts';
import { acme, edgeWith, policyOf } from '../client/test-edge.ts';
import { missingPrograms, notRun } from '../not-run.ts';

/* The examples of README.md and the calls of client/README.md, run as a reader would, against the edge itself. */

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const languages = readFileSync(new URL('../../client/README.md', import.meta.url), 'utf8');

const [, published = ''] = /```json\n([\s\S]*?)```/.exec(readme) ?? [];
/** The tenant of the reader: as created, or with the policy that README.md shows. */
const edges = [{ tenant: 'acme', ...starterPolicy }, JSON.parse(published)].map((document) =>
  edgeWith(policyOf(document)),
);

const environment = {
  ...process.env,
  LC_ALL: 'C.UTF-8',
  SIGNET_URL: acme.url,
  SIGNET_TENANT: acme.tenant,
  SIGNET_KID: acme.kid,
  SIGNET_KEY: acme.key,
};

type Program = {
  /** The folder of the pasted file. */
  readonly pasted: string;
  /** The file around the call, and what is in it. */
  readonly file: string;
  readonly around: (call: string) => string;
  readonly beside?: Readonly<Record<string, string>>;
  /** What is run one after the other; the last one prints the URL. */
  readonly commands: readonly (readonly string[])[];
};

const programs: Readonly<Record<string, Program>> = {
  Python: {
    pasted: 'signet.py',
    file: 'example.py',
    around: (call) => `import time\nfrom signet import signed_url\n\nprint(${call})\n`,
    commands: [['python3', 'example.py']],
  },
  Go: {
    pasted: 'signet/signet.go',
    file: 'main.go',
    around: (call) =>
      `package main\n\nimport (\n"example/signet"\n"fmt"\n"time"\n)\n\nfunc main() {\nurl, err := ${call}\nif err != nil {\npanic(err)\n}\nfmt.Println(url)\n}\n`,
    beside: { 'go.mod': 'module example\n\ngo 1.19\n' },
    commands: [['go', 'run', '.']],
  },
  Java: {
    pasted: 'Signet.java',
    file: 'Example.java',
    around: (call) =>
      `import java.time.Instant;\nimport java.util.List;\n\nclass Example {\n  public static void main(String[] words) {\n    System.out.println(${call});\n  }\n}\n`,
    commands: [
      ['javac', 'Signet.java', 'Example.java'],
      ['java', 'Example'],
    ],
  },
  PHP: {
    pasted: 'signet.php',
    file: 'example.php',
    around: (call) => `<?php\nrequire 'signet.php';\necho ${call};\n`,
    commands: [['php', '-n', 'example.php']],
  },
  Ruby: {
    pasted: 'signet.rb',
    file: 'example.rb',
    around: (call) => `require_relative "signet"\nputs ${call}\n`,
    commands: [['ruby', 'example.rb']],
  },
  'C#': {
    pasted: 'Signet.cs',
    file: 'Example.cs',
    around: (call) =>
      `using System;\n\nclass Example {\n  static void Main() {\n    Console.WriteLine(${call});\n  }\n}\n`,
    commands: [
      ['mcs', 'Signet.cs', 'Example.cs', '-out:example.exe'],
      ['mono', 'example.exe'],
    ],
  },
  shell: {
    pasted: 'signet.sh',
    file: 'example.sh',
    around: (call) => `. ./signet.sh\n${call}\n`,
    commands: [['sh', 'example.sh']],
  },
};

/** The rows of the table: a language, its file, and the call. */
const rows = [
  ...languages.matchAll(/^\| ([A-Za-z#]+) \| \[\S+\]\((languages\/\S+)\) \| `(.+)` \|$/gm),
].map(([, language = '', signer = '', call = '']) => ({ language, signer, call }));

/** What a command prints. Throws with all that it said when it does not end well. */
function printed([command = '', ...words]: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    cwd,
    encoding: 'utf8',
    env: environment,
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stdout}${stderr}`);
  return stdout.trim();
}

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'signet-readme-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isMissing = (language: string): boolean => {
  const commands = programs[language]?.commands ?? [];
  return notRun(
    `the example of client/README.md in ${language}`,
    missingPrograms(commands.map(([command = '']) => command).filter((one) => !/\./.test(one))),
  );
};

function ran(language: string, signer: string, call: string): string {
  const program = programs[language];
  if (program === undefined) throw new Error(`there is no program for ${language}`);
  const home = path.join(folder, language.replace('#', 'sharp'));
  const write = (name: string, text: string): void => writeFileSync(path.join(home, name), text);
  mkdirSync(path.dirname(path.join(home, program.pasted)), { recursive: true });
  const source = fileURLToPath(new URL(`../../client/${signer}`, import.meta.url));
  copyFileSync(source, path.join(home, program.pasted));
  for (const [name, text] of Object.entries(program.beside ?? {})) write(name, text);
  write(program.file, program.around(call));
  return program.commands.map((command) => printed(command, home)).at(-1) ?? '';
}

describe('README.md and client/README.md', () => {
  it('name a file to paste for seven languages', () => {
    expect(rows.map(({ language }) => language)).toEqual(Object.keys(programs));
  });

  describe.each(rows)('in $language', ({ language, signer, call }) => {
    it.skipIf(isMissing(language))('calls the signer so that the edge takes the URL', async () => {
      const url = ran(language, signer, call);
      expect(url).toMatch(
        /^https:\/\/img\.example\.com\/acme\/cat\.jpg__op__resize,w_640__op__format,f_auto\?exp=/,
      );
      for (const edge of edges)
        expect(await edge(url)).toBe('acme/cat.jpg__op__resize,w_640__op__format,f_src');
    });
  });

  it('mint a URL with the package that the edge takes', async () => {
    const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    writeFileSync(path.join(installed.home, 'example.mjs'), code);
    const url = printed([process.execPath, 'example.mjs'], installed.home);
    for (const edge of edges)
      expect(await edge(url)).toBe('acme/cat.jpg__op__resize,m_fill,w_400,h_300__op__format,f_src');
  });
});
