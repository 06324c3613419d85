import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { processTimes } from '../../../bench/local/process-times.ts';

it.runIf(process.platform === 'linux')('counts a process and what it has started', async () => {
  // The shell waits while Node works for at least 100 ms of CPU and then stays.
  const work =
    'while (process.cpuUsage().user < 100_000); console.log(1); setTimeout(() => 0, 1e6)';
  const child = spawn('sh', ['-c', `"${process.execPath}" -e '${work}'; true`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  await once(child.stdout, 'data');
  const { own, others } = processTimes(child.pid ?? 0);
  process.kill(-(child.pid ?? 0));
  expect(others).toBeGreaterThanOrEqual(90);
  expect(own).toBeLessThan(others);
});
