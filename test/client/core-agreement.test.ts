import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countCases } from '../proof/cases.ts';
import { runs } from '../shared/request/outcome.ts';
import {
  cases as all,
  edgeOutcome,
  how,
  images,
  type MintOutcome,
  outcomeOf,
} from './mint-outcome.ts';
import { isQueryRecipe, type MintCall, randomCalls } from './random-requests.ts';

/** The core checks less than the strict minter, so fewer requests are enough. */
const cases = Math.ceil(all / 5);

const coreOutcome = ({ path, operations }: MintCall) =>
  outcomeOf(() => images.url(path, operations, how));

/** Refusals that need more than the names of operations and parameters. */
const beyondNames =
  /^style: ""|expects|needs|is given twice|combined|takes |cannot make|the key is longer than 1024 bytes/;

type Kind = 'minted' | 'refused' | 'too long as written' | 'not detected';

/** Checks that the core differs from the edge only where it may, and returns the kind of outcome. */
function checkCore(call: MintCall, ours: MintOutcome, theirs: MintOutcome): Kind {
  if (typeof ours === 'string' && typeof theirs === 'string') {
    expect(ours).toBe(theirs);
    return 'minted';
  }
  if (typeof ours === 'string' && typeof theirs !== 'string') {
    expect(theirs.message).toMatch(isQueryRecipe(call) ? /./ : beyondNames);
    return 'not detected';
  }
  if (typeof theirs === 'string') {
    expect(ours).toMatchObject({ message: 'the key is longer than 1024 bytes' });
    return 'too long as written';
  }
  expect(ours).toMatchObject({ code: theirs.code });
  return 'refused';
}

describe(`of ${cases} random requests`, () => {
  it('the core mints those that the edge accepts, and refuses unknown names and invalid paths', async () => {
    const counts = new Map<Kind, number>();
    const agree = async (call: MintCall): Promise<void> => {
      countCases();
      const kind = checkCore(call, await coreOutcome(call), await edgeOutcome(call));
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    };
    await fc.assert(fc.asyncProperty(randomCalls, agree), runs(cases));
    // The requests include enough of each kind. Those that the core does not detect are for `/strict`.
    expect(counts.get('minted')).toBeGreaterThan(cases / 4);
    expect(counts.get('refused')).toBeGreaterThan(cases / 10);
    expect(counts.get('not detected')).toBeGreaterThan(cases / 20);
    expect(counts.get('too long as written') ?? 0).toBeLessThan(cases / 50);
  });
});
