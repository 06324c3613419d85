import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { notRun } from '../not-run.ts';
import { codeBlocks, pages, textOf } from './pages.ts';
import { wordsOf } from './signet-words.ts';

/*
 * Every command of the AWS CLI that a page shows. The CLI checks the names and the form of all parameters against the
 * descriptions of AWS's services, before it connects to an address where nothing is.
 */

const script = fileURLToPath(new URL('aws_commands.py', import.meta.url));

const inBlocks = pages.flatMap((page) =>
  codeBlocks(page, 'sh').flatMap((block) =>
    // A line that ends in \ goes on.
    block
      .replace(/\s*\\\n\s*/g, ' ')
      .split('\n')
      .map((line) => ({ page, line })),
  ),
);
const inline = pages.flatMap((page) =>
  [...textOf(page).matchAll(/`(aws [a-z0-9]+ [a-z-]+ --[^`]+)`/g)].map(([, line = '']) => ({
    page,
    line: line.replace(/\s*\n\s*/g, ' '),
  })),
);
const typed = [...inBlocks, ...inline].filter(({ line }) => /^aws (?!s3 )/.test(line));

/** The words without `aws` and without the file that the output goes to. */
const wordsIn = (line: string): readonly string[] => wordsOf(line.replace(/ > \S+$/, '')).slice(1);

const python = spawnSync('python3', ['-c', 'import awscli']);
const missing = python.status === 0 ? [] : ['the AWS CLI for Python'];

function check(lines: readonly string[]): readonly (string | null)[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'signet-aws-'));
  for (const [, file = ''] of lines.join('\n').matchAll(/(?:file:\/\/|--body )(\S+)/g))
    writeFileSync(path.join(folder, file), '{}');
  const { stdout, stderr } = spawnSync('python3', [script], {
    cwd: folder,
    input: JSON.stringify(lines.map(wordsIn)),
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'none',
      AWS_SECRET_ACCESS_KEY: 'none',
      AWS_MAX_ATTEMPTS: '1',
    },
  });
  rmSync(folder, { recursive: true, force: true });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as (string | null)[];
}

describe('the commands of the AWS CLI on the pages', () => {
  it('are found', () => {
    expect(typed.length).toBeGreaterThan(10);
  });

  it.skipIf(notRun('the commands of the AWS CLI', missing, { optional: true }))(
    'are commands with parameters that exist',
    () => {
      const wrong = 'aws cloudfront associate-alias --alias images.example.com';
      const errors = check([...typed.map(({ line }) => line), wrong]);
      const found = typed.flatMap(({ page, line }, at) =>
        errors[at] === null ? [] : [{ page, line, error: errors[at] }],
      );
      expect(found).toEqual([]);
      expect(errors.at(-1)).toContain('--target-distribution-id');
    },
  );
});
