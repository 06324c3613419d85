import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strict } from '../../client/strict.ts';
import { runs } from '../shared/request/outcome.ts';
import {
  cases,
  edgeOutcome,
  exp,
  how,
  images,
  type MintOutcome,
  outcomeOf,
} from './mint-outcome.ts';
import { type Asked, asked, signUnchecked } from './random-requests.ts';
import { edge } from './test-edge.ts';

const exact = strict(images);
const strictOutcome = ({ path, operations }: Asked) =>
  outcomeOf(() => exact.url(path, operations, how));

async function checkEdge(one: Asked, theirs: MintOutcome): Promise<void> {
  const url = typeof theirs === 'string' ? theirs : signUnchecked(one, exp);
  const answer = url === undefined ? 'malformed' : await edge(url);
  // Which presets there are is for a policy to say.
  if (answer === 'denied_preset') return;
  if (typeof theirs === 'string') expect(answer).toMatch(/^acme\//);
  else expect(answer).toBe('malformed');
}

describe(`of ${cases} requests`, () => {
  it('the strict minter mints just those that the edge takes, and says why it does not', async () => {
    let minted = 0;
    const agree = async (one: Asked): Promise<void> => {
      const theirs = await edgeOutcome(one);
      expect(await strictOutcome(one)).toEqual(theirs);
      await checkEdge(one, theirs);
      if (typeof theirs === 'string') minted += 1;
    };
    await fc.assert(fc.asyncProperty(asked, agree), runs(cases));
    // There was enough of either kind.
    expect(minted).toBeGreaterThan(cases / 4);
    expect(minted).toBeLessThan((cases * 9) / 10);
  }, 240_000);
});
