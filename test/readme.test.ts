import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missingPrograms, notRun } from './not-run.ts';
import vectors from './vectors/signature.json' with { type: 'json' };

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

/** How each language runs a file, and how it calls the example's function. */
const languages = [
  {
    language: 'js',
    command: process.execPath,
    file: 'example.mjs',
    call: (path: string, operations: readonly string[], exp: number) =>
      `console.log(signedUrl(${JSON.stringify(path)}, ${JSON.stringify(operations)}, ${exp}));`,
  },
  {
    language: 'python',
    command: 'python3',
    file: 'example.py',
    call: (path: string, operations: readonly string[], exp: number) =>
      `print(signed_url(${JSON.stringify(path)}, ${JSON.stringify(operations)}, ${exp}))`,
  },
  {
    language: 'ruby',
    command: 'ruby',
    file: 'example.rb',
    call: (path: string, operations: readonly string[], exp: number) =>
      `puts signed_url(${JSON.stringify(path)}, ${JSON.stringify(operations)}, ${exp})`,
  },
];

/** The suffix spelling with an expiry is what the examples sign. */
const cases = vectors.signatures.filter((one) => one.exp !== null && !('query' in one));

function exampleIn(language: string): string {
  const [, code = ''] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readme) ?? [];
  return code;
}

const isMissing = (language: string, command: string): boolean =>
  notRun(`the example in ${language}`, missingPrograms([command]));

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'signet-readme-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(languages)(
  'the $language example of the README',
  ({ language, command, file, call }) => {
    const code = exampleIn(language);

    it('has at most 15 lines', () => {
      const lines = code.trimEnd().split('\n').length;
      expect(lines).toBeGreaterThan(5);
      expect(lines).toBeLessThanOrEqual(15);
    });

    it.skipIf(isMissing(language, command)).each(cases)(
      'mints the URL of the vector "$comment"',
      (vector) => {
        const [source = '', ...operations] = vector.path.split('__op__');
        const sourcePath = source.slice(vector.tenant.length + 2);
        const script = path.join(folder, `${vector.tcId}-${file}`);
        writeFileSync(script, `${code}\n${call(sourcePath, operations, vector.exp ?? 0)}\n`);
        const { stdout, stderr } = spawnSync(command, [script], {
          encoding: 'utf8',
          env: {
            ...process.env,
            LC_ALL: 'C.UTF-8',
            SIGNET_URL: 'https://img.example.com',
            SIGNET_TENANT: vector.tenant,
            SIGNET_KID: vector.kid,
            SIGNET_KEY: vector.signingKey,
          },
        });
        expect(stderr).toBe('');
        expect(stdout.trim()).toBe(vector.url);
      },
    );
  },
);
