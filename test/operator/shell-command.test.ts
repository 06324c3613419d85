import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { printCommand } from '../../operator/shell-command.ts';

it.each([
  [['acme'], { yes: true, target: 'aws:prod' }, 'acme --yes --target aws:prod'],
  [['a', 'b'], { all: true, kid: 'r1.1', reason: undefined }, 'a b --kid r1.1'],
  [
    ['a'],
    { reason: "it's $HOME", before: '2030-01-31T12:00:00Z', purge: true },
    "a --reason 'it'\\''s $HOME' --before 2030-01-31T12:00:00Z --purge",
  ],
  [['a'], { reason: '' }, "a --reason ''"],
])('a command has its operands and options: %j %j', (operands, options, printed) => {
  expect(printCommand('keys rotate', operands, options)).toBe(`npx signet keys rotate ${printed}`);
});

it('a shell reads the words that were printed', () => {
  const reason = 'it\'s `id` $HOME "x" \\ *';
  const words = printCommand('x', [], { reason }).replace('npx signet x --reason ', '');
  expect(execFileSync('sh', ['-c', `printf %s ${words}`], { encoding: 'utf8' })).toBe(reason);
});
