import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditKey, policyKey } from '../../shared/versions/bucket.ts';
import { startUnguardedStack } from './stack.ts';

/* What the commands say about a trail that someone has changed, past the policy of the bucket. */

let stack: Awaited<ReturnType<typeof startUnguardedStack>>;
beforeAll(async () => {
  stack = await startUnguardedStack();
});
afterAll(() => stack.stop());

const allowing = (...w: readonly number[]) => ({ operations: { resize: { w } } });

async function tenantWith(name: string): Promise<string> {
  await stack.publish(name, allowing(16, 32));
  return name;
}

const stored = { contentType: 'application/octet-stream' } as const;

describe('a trail', () => {
  it('with missing versions is named in the history', async () => {
    const name = await tenantWith('holed');
    for (const scope of ['b', 'c', 'd', 'e'])
      await stack.json('block', name, scope, '--reason', 'r');
    await stack.config.remove([auditKey(name, 2), auditKey(name, 3)]);
    const { stdout } = await stack.run('policy', 'history', name);
    const lines = stdout.split('\n').map((line) => line.trim().split('  ')[0]);
    expect(lines).toEqual(['5', '4', 'versions 2 to 3 are missing', '1', '']);
    const { stdout: found } = await stack.run('policy', 'audit', name);
    expect(found.split('\n')).toEqual([
      `The audit trail of ${name} does not verify:`,
      '  ✗ versions 2 to 3 are missing',
      'The versions that verify:',
      expect.stringMatching(/^ {2}3 versions by .+@.+ \(self-declared\)$/),
      '',
    ]);
    await stack.json('tenant', 'delete', name, '--yes');
    for (const version of [1, 4, 5, 6]) await stack.config.remove([auditKey(name, version)]);
  });

  it('with a forged version is reported, and nothing can be published on it', async () => {
    const name = await tenantWith('forged');
    await stack.config.put(auditKey(name, 2), Buffer.from('x'), stored);
    expect((await stack.run('doctor')).stdout).toMatch(/✗ trail forged: version 2 is not what/);
    const change = await stack.run('block', name, 'b.jpg', '--reason', 'another');
    expect([change.code, change.stderr]).toEqual([
      1,
      expect.stringMatching(
        /^signet: audit\/forged\/2.jws is forged: .*; npx signet doctor forged says how/,
      ),
    ]);
    await stack.config.remove([auditKey(name, 2)]);
    await stack.json('block', name, 'b.jpg', '--reason', 'another');
    expect((await stack.run('doctor')).code).toBe(0);
  });

  it('that was edited is reported', async () => {
    const name = await tenantWith('edited');
    await stack.publish(name, allowing(64));
    const one = await stack.config.get(auditKey(name, 1), { maxBytes: 100_000 });
    await stack.config.put(auditKey(name, 1), Buffer.from('x'), stored);
    const { code, stdout } = await stack.run('policy', 'audit', name);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/version 1 is not what a publisher signed/),
    ]);
    expect((await stack.run('doctor')).code).toBe(1);
    if (typeof one === 'object') await stack.config.put(auditKey(name, 1), one.body, stored);
    expect((await stack.run('policy', 'audit', name)).code).toBe(0);
  });
});

describe('a tenant whose live policy', () => {
  it('was removed is restored by publishing its file, and is not new', async () => {
    const name = await tenantWith('removed');
    await stack.publish(name, allowing(64));
    const file = await stack.written(JSON.stringify({ tenant: name, ...allowing(64) }));
    await stack.config.remove([policyKey(name)]);
    expect((await stack.run('policy', 'diff', file)).stdout).toBe(
      'removed: restored: it is not live, and its trail ends with version 2\n',
    );
    expect((await stack.run('policy', 'diff', file, '--exit-code')).code).toBe(1);
    expect((await stack.run('policy', 'publish', file)).stdout).toBe(
      'Restored removed: version 2 is live and in its trail again\n',
    );
    await stack.config.remove([policyKey(name)]);
    expect((await stack.run('policy', 'rollback', name, '2', '--reason', 'r')).stdout).toMatch(
      /^Restored removed: version 2 is live and in its trail again\./,
    );
    expect((await stack.run('policy', 'publish', file)).stdout).toMatch(/is unchanged/);
  });

  it('is the only copy of the last version puts it back into the trail', async () => {
    const name = await tenantWith('shortened');
    await stack.publish(name, allowing(64));
    await stack.config.remove([auditKey(name, 2)]);
    expect((await stack.run('policy', 'rollback', name, '2', '--reason', 'r')).stdout).toMatch(
      /^Restored shortened: version 2 is live and in its trail again\./,
    );
    expect((await stack.run('policy', 'audit', name)).code).toBe(0);
  });
});

describe('a tenant that was deleted', () => {
  it('comes back with a new kid and its takedowns, and the texts say so', async () => {
    const name = await tenantWith('back');
    await stack.json('block', name, 'a.jpg', '--reason', 'order');
    const asked = await stack.run('tenant', 'delete', name);
    expect(asked.stderr).toContain('npx signet policy rollback back brings its policy back');
    expect(asked.stderr).not.toContain('cannot be undone');
    await stack.json('tenant', 'delete', name, '--yes');
    const { stdout } = await stack.run('policy', 'rollback', name, '1', '--reason', 'r');
    expect(stdout).toMatch(/needs? the new kid r1\.2: npx signet keys show back/);
    expect(stdout).not.toMatch(/keys .*unchanged/);
    const policy = await stack.json<{ blocked: unknown }>('tenant', 'show', name);
    expect(policy.blocked).toEqual(['a.jpg']);
  });
});

describe('doctor of a tenant', () => {
  it.each([['never-was'], ['demo', 'never-was']])(
    'that never was fails with one sentence: %j %j',
    async (...names) => {
      const { code, stdout, stderr } = await stack.run('doctor', ...names);
      expect([code, stdout, stderr]).toEqual([
        1,
        '',
        'signet: there is no tenant never-was, and there never was one; npx signet tenant list names all\n',
      ]);
    },
  );
});
