import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../shared/request/outcome.ts';
import {
  cases as all,
  edgeOutcome,
  how,
  images,
  type MintOutcome,
  outcomeOf,
} from './mint-outcome.ts';
import { type Asked, asked, isQueryRecipe } from './random-requests.ts';

/** What the core says is less, and so are its requests. */
const cases = Math.ceil(all / 5);

const coreOutcome = ({ path, operations }: Asked) =>
  outcomeOf(() => images.url(path, operations, how));

/** What the names of operations and parameters do not tell. */
const beyondNames =
  /^style: ""|expects|needs|is given twice|stands alone|takes |cannot make|the key is longer than 1024 bytes/;

type Kind = 'minted' | 'refused' | 'too long as written' | 'not seen';

/** What the small minter may do differently. */
function checkCore(one: Asked, ours: MintOutcome, theirs: MintOutcome): Kind {
  if (typeof ours === 'string' && typeof theirs === 'string') {
    expect(ours).toBe(theirs);
    return 'minted';
  }
  if (typeof ours === 'string' && typeof theirs !== 'string') {
    expect(theirs.message).toMatch(isQueryRecipe(one) ? /./ : beyondNames);
    return 'not seen';
  }
  if (typeof theirs === 'string') {
    expect(ours).toMatchObject({ message: 'the key is longer than 1024 bytes' });
    return 'too long as written';
  }
  expect(ours).toMatchObject({ code: theirs.code });
  return 'refused';
}

describe(`of ${cases} requests`, () => {
  it('the core mints those that the edge takes, and refuses what four kilobytes can see', async () => {
    const counts = new Map<Kind, number>();
    const agree = async (one: Asked): Promise<void> => {
      const kind = checkCore(one, await coreOutcome(one), await edgeOutcome(one));
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    };
    await fc.assert(fc.asyncProperty(asked, agree), runs(cases));
    // There was enough of either kind; the last is what `/strict` is for.
    expect(counts.get('minted')).toBeGreaterThan(cases / 4);
    expect(counts.get('refused')).toBeGreaterThan(cases / 10);
    expect(counts.get('not seen')).toBeGreaterThan(cases / 20);
    expect(counts.get('too long as written') ?? 0).toBeLessThan(cases / 50);
  }, 240_000);
});
