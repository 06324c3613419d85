import { expect, it } from 'vitest';
import { exitCodes } from '../../../cli/base/exit-code.ts';

it('scripts can rely on the exit code of each kind of failure', () => {
  expect(exitCodes).toEqual({ refused: 1, usage: 2, unreachable: 3 });
});
