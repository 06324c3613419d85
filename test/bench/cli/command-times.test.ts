import { expect, it } from 'vitest';
import { measureCommands } from '../../../bench/cli/command-times.ts';

const nowhere = { SIGNET_HOME: '/nowhere', SIGNET_PORT: '1', SIGNET_TARGET: '', SIGNET_KEY: '' };

it('measures commands beside an empty Node', async () => {
  const { empty, commands } = await measureCommands([['--version'], ['--help']], nowhere, 1);
  expect(empty).toBeGreaterThan(0);
  expect(commands).toEqual([expect.any(Number), expect.any(Number)]);
  expect(commands.every((seconds) => seconds > 0)).toBe(true);
});

it('measures no command that could not run', async () => {
  const failing = measureCommands([['tenant', 'list']], nowhere, 1);
  await expect(failing).rejects.toThrow('bin/signet.js tenant list exited with 3');
});
