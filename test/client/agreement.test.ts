import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strict } from '../../client/strict.ts';
import { countCases } from '../proof/cases.ts';
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
import { type MintCall, randomCalls, signUnchecked } from './random-requests.ts';
import { edge } from './test-edge.ts';

const exact = strict(images);
const strictOutcome = ({ path, operations }: MintCall) =>
  outcomeOf(() => exact.url(path, operations, how));

async function checkEdge(call: MintCall, theirs: MintOutcome): Promise<void> {
  const url = typeof theirs === 'string' ? theirs : signUnchecked(call, exp);
  const answer = url === undefined ? 'malformed' : await edge(url);
  // Presets are defined by a policy, which this test does not use.
  if (answer === 'denied_preset') return;
  if (typeof theirs === 'string') expect(answer).toMatch(/^acme\//);
  else expect(answer).toBe('malformed');
}

describe(`of ${cases} random requests`, () => {
  it('the strict minter mints exactly those that the edge accepts, and refuses with the same message', async () => {
    let minted = 0;
    const agree = async (call: MintCall): Promise<void> => {
      countCases();
      const theirs = await edgeOutcome(call);
      expect(await strictOutcome(call)).toEqual(theirs);
      await checkEdge(call, theirs);
      if (typeof theirs === 'string') minted += 1;
    };
    await fc.assert(fc.asyncProperty(randomCalls, agree), runs(cases));
    // The requests include enough of both kinds.
    expect(minted).toBeGreaterThan(cases / 4);
    expect(minted).toBeLessThan((cases * 9) / 10);
  });
});
