import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditKey } from '../../shared/versions/bucket.ts';
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
