import { expect, it } from 'vitest';
import { startLineProcess } from '../../bench/line-process.ts';

const program = `
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const asked = JSON.parse(line);
  if (asked === 'end') process.exit(3);
  console.log(JSON.stringify(asked === 'fail' ? { error: 'it failed' } : { twice: asked * 2 }));
});`;

it('a process answers one value after the other, and says what went wrong', async () => {
  const { ask, stop } = startLineProcess(process.execPath, ['-e', program]);
  expect(await ask(4)).toEqual({ twice: 8 });
  await expect(ask('fail')).rejects.toThrow(/^it failed$/);
  expect(await ask(5)).toEqual({ twice: 10 });
  await expect(ask('end')).rejects.toThrow(/ended with 3$/);
  await expect(ask(6)).rejects.toThrow(/ended with 3$/);
  stop();
});

it('a program that is not there is named', async () => {
  const { ask } = startLineProcess('/no/such/program', []);
  await expect(ask(1)).rejects.toThrow('/no/such/program does not start');
});
