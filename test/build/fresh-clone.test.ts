import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../build/functions.ts';
import { notRun } from '../not-run.ts';
import { installProduction } from './production-packages.ts';
import { type StartedStack, startByCommand } from './started-stack.ts';

const hasNoHistory = notRun(
  'a fresh clone',
  existsSync(path.join(root, '.git')) ? [] : ['the history of the repository'],
  { optional: true },
);

describe.skipIf(hasNoHistory)('a fresh clone with the packages that run', () => {
  let folder = '';
  let clone = '';
  let stack: StartedStack;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'signet-clone-'));
    clone = path.join(folder, 'signet');
    await promisify(execFile)('git', ['clone', '--quiet', '--depth=1', `file://${root}`, clone]);
    await installProduction(clone);
    const { SIGNET_HOME: _home, SIGNET_BIND: _bind, ...env } = process.env;
    stack = await startByCommand(['npm', 'start'], { cwd: clone, env });
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  });

  it('has no package for development', async () => {
    const installed = await readdir(path.join(clone, 'node_modules'));
    expect(installed).toContain('sharp');
    expect(
      installed.filter((name) => /^(?:vitest|aws-cdk-lib|fflate|@biomejs)$/.test(name)),
    ).toEqual([]);
  });

  it('serves the signed URL that npm start prints', async () => {
    const answer = await fetch(stack.signedUrl, { headers: { accept: 'image/avif' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/avif']);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.toString('latin1', 4, 12)).toBe('ftypavif');
  });
});
