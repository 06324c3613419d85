import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { denials } from '../../shared/deployment/permissions.ts';
import { codeBlocks } from './pages.ts';

/** As the deployed bucket has them. */
const statements = denials.map(({ actions, prefix, unlessAbsent }) => ({
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: actions.length === 1 ? actions[0] : actions,
  Resource: `arn:aws:s3:::config/${prefix}*`,
  ...(unlessAbsent ? { Condition: { Null: { 's3:if-none-match': 'true' } } } : {}),
}));

it('the command that lifts the denial for one version lifts no other', () => {
  const lines = codeBlocks('docs/operating.md', 'sh').flatMap((block) => block.split('\n'));
  const line = lines.find((one) => one.startsWith('node -e')) ?? '';
  const folder = mkdtempSync(path.join(tmpdir(), 'signet-lifted-'));
  const read = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' };
  const before = { Version: '2012-10-17', Statement: [...statements, read] };
  writeFileSync(path.join(folder, 'policy.json'), JSON.stringify(before));
  execFileSync('sh', ['-c', line.replace('"VERSION"', '"v1"')], { cwd: folder });
  const lifted = JSON.parse(readFileSync(path.join(folder, 'lifted.json'), 'utf8')) as unknown;
  rmSync(folder, { recursive: true });
  const [deletion, ...others] = before.Statement;
  const Condition = { StringNotEquals: { 's3:versionid': 'v1' } };
  expect(lifted).toEqual({ ...before, Statement: [{ ...deletion, Condition }, ...others] });
});
