import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../../build/functions.ts';
import { signet } from '../../../client/signet.ts';
import { languageCalls } from '../../../console/server/snippets/language-calls.ts';
import { missingPrograms, notRun } from '../../not-run.ts';

/* The code that the console offers is run as it is copied, beside the file that it names. */

const acme = {
  url: 'https://img.example.com',
  tenant: 'acme',
  kid: 'r1.1',
  key: 'sgn_tFVbyNQz0isDkKXIIjy53uq3mAeDz8oZKjgxTh3MNgc',
};
const environment = {
  ...process.env,
  ...{
    SIGNET_URL: acme.url,
    SIGNET_TENANT: acme.tenant,
    SIGNET_KID: acme.kid,
    SIGNET_KEY: acme.key,
  },
  LC_ALL: 'C.UTF-8',
};

/** How a program around the code prints the URL, and how it is run. */
type Runner = {
  readonly tools: readonly string[];
  readonly program: (code: string) => string;
  readonly file: string;
  /** Where the signer is, if not beside the program. */
  readonly signer?: string;
  readonly more?: Readonly<Record<string, string>>;
  readonly commands: readonly (readonly [string, ...string[]])[];
};

const runners: Readonly<Record<string, Runner>> = {
  Python: {
    tools: ['python3'],
    program: (code) => `${code}\nprint(url, end="")\n`,
    file: 'main.py',
    commands: [['python3', 'main.py']],
  },
  Ruby: {
    tools: ['ruby'],
    program: (code) => `${code}\nprint url\n`,
    file: 'main.rb',
    commands: [['ruby', 'main.rb']],
  },
  PHP: {
    tools: ['php'],
    program: (code) => `<?php\n${code}\necho $url;\n`,
    file: 'main.php',
    commands: [['php', '-n', 'main.php']],
  },
  Go: {
    tools: ['go'],
    program: (code) =>
      `package main\nimport ("fmt"; "time"; "signers/signet")\nfunc main() {\n${code}\nif err != nil { panic(err) }\nfmt.Print(url)\n}\n`,
    file: 'main.go',
    signer: 'signet/signet.go',
    more: { 'go.mod': 'module signers\n\ngo 1.19\n' },
    commands: [['go', 'run', '.']],
  },
  Java: {
    tools: ['javac', 'java'],
    program: (code) =>
      `import java.time.Instant;\nimport java.util.List;\nclass Main { public static void main(String[] words) throws Exception {\n${code}\nSystem.out.print(url); } }\n`,
    file: 'Main.java',
    commands: [
      ['javac', 'Signet.java', 'Main.java'],
      ['java', '-XX:TieredStopAtLevel=1', 'Main'],
    ],
  },
  'C#': {
    tools: ['mcs', 'mono'],
    program: (code) =>
      `using System;\nclass Program { static void Main() {\n${code}\nConsole.Write(url); } }\n`,
    file: 'main.cs',
    commands: [
      ['mcs', '-out:main.exe', 'main.cs', 'Signet.cs'],
      ['mono', 'main.exe'],
    ],
  },
  Shell: {
    tools: ['sh', 'openssl'],
    program: (code) => `${code}\nprintf %s "$url"\n`,
    file: 'main.sh',
    commands: [['sh', 'main.sh']],
  },
};

const wanted = [
  { path: 'cat.jpg', operations: ['resize,w_640', 'format,f_auto'] },
  {
    path: `it's "a" $HOME \${x} #{y} %s ünï🎈 & <b>.jpg`,
    operations: ['resize,m_fill,w_400,h_300'],
  },
  { path: '-n', operations: [] },
];

describe('the code for', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'signet-snippets-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(language: string, file: string, code: string): string {
    const runner = runners[language];
    if (runner === undefined) throw new Error(`${language} is not run`);
    const { commands, more = {}, program, signer = file } = runner;
    const home = mkdtempSync(path.join(folder, 'run-'));
    mkdirSync(path.dirname(path.join(home, signer)), { recursive: true });
    copyFileSync(path.join(root, 'client', 'languages', file), path.join(home, signer));
    for (const [name, text] of Object.entries({ ...more, [runner.file]: program(code) }))
      writeFileSync(path.join(home, name), text);
    const outputs = commands.map(([command, ...words]) =>
      execFileSync(command, words, { cwd: home, env: environment, encoding: 'utf8' }),
    );
    return outputs.at(-1) ?? '';
  }

  const cases = languageCalls.flatMap(({ language, file, code }) =>
    file === undefined ? [] : wanted.map((one) => ({ language, file, code, ...one })),
  );
  const missing = new Set(
    Object.entries(runners).flatMap(([language, { tools }]) =>
      notRun(`the console's code for ${language}`, missingPrograms(tools)) ? [language] : [],
    ),
  );

  it.each(cases)(
    '$language signs $path as the package does',
    async ({ language, file, code, ...one }) => {
      if (missing.has(language)) return;
      const url = run(language, file, code(one));
      const exp = Number(/[?&]exp=(\d+)/.exec(url)?.[1]);
      const expires = new Date(exp * 1_000);
      expect(url).toBe(await signet(acme).url(one.path, [...one.operations], { expires }));
    },
  );

  it('TypeScript is the call of the package', () => {
    const [typescript] = languageCalls;
    expect(typescript?.code({ path: "it's.jpg", operations: ['resize,w_1'] })).toContain(
      `signet().url('it\\'s.jpg', ['resize,w_1'], { expires: '1h' })`,
    );
  });
});
