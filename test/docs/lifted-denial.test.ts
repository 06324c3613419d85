import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { denials } from '../../shared/deployment/permissions.ts';
import { policyKey } from '../../shared/versions/bucket.ts';
import { changesKey } from '../../shared/versions/changes.ts';
import { purgeRequests } from '../../shared/versions/source-move.ts';
import { codeBlocks } from './pages.ts';

const bucket = 'arn:aws:s3:::signet-config-111111111111';

/** As the deployed bucket has them. */
const statements = denials.map(({ actions, prefix, unlessAbsent }) => ({
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: actions.length === 1 ? actions[0] : actions,
  Resource: `${bucket}/${prefix}*`,
  ...(unlessAbsent ? { Condition: { Null: { 's3:if-none-match': 'true' } } } : {}),
}));

it('the command that lifts the denial for one object lifts no other', () => {
  const lines = codeBlocks('docs/operating.md', 'sh').flatMap((block) => block.split('\n'));
  const line = lines.find((one) => one.startsWith('node -e')) ?? '';
  const folder = mkdtempSync(path.join(tmpdir(), 'signet-lifted-'));
  const read = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: '*' };
  const before = { Version: '2012-10-17', Statement: [...statements, read] };
  writeFileSync(path.join(folder, 'policy.json'), JSON.stringify(before));
  execFileSync('sh', ['-c', line], { cwd: folder });
  const lifted = JSON.parse(readFileSync(path.join(folder, 'lifted.json'), 'utf8')) as unknown;
  rmSync(folder, { recursive: true });
  const [deletion, ...others] = before.Statement;
  const { Resource: _all, ...rest } = deletion ?? read;
  const spared = ['audit/acme/3.jws', changesKey, policyKey('x').replace('x.jws', '*')];
  const NotResource = [...spared, `${purgeRequests}*`].map((key) => `${bucket}/${key}`);
  expect(lifted).toEqual({ ...before, Statement: [{ ...rest, NotResource }, ...others] });
});
