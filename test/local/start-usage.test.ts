import { afterEach, expect, it, vi } from 'vitest';
import { readLocalSettings } from '../../local/settings.ts';
import { printUsage } from '../../local/start-usage.ts';

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

it.each(['--help', '-h', 'help'])('%s prints the usage and starts nothing', (argument) => {
  let text = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += chunk.toString();
    return true;
  });
  printUsage(argument);
  expect(text).toMatch(/^Usage: npm start/);
  expect(process.exitCode).toBeUndefined();
  // Every variable that the stack reads, as far as an operator sets it.
  const read = new Set<string>();
  readLocalSettings(new Proxy({}, { get: (_target, name) => void read.add(String(name)) }));
  read.delete('SIGNET_FUNCTIONS');
  for (const name of read) expect(text).toContain(name);
});

it('any other argument is wrong usage', () => {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  printUsage('--port');
  expect(process.exitCode).toBe(2);
  expect(error.mock.calls).toEqual([[expect.stringContaining('no argument "--port"')]]);
});
