import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mintRequestOf } from '../../client/mint-request.ts';
import { signet } from '../../client/signet.ts';
import { strict } from '../../client/strict.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { mint } from '../../shared/mint.ts';
import { runs } from '../shared/outcome.ts';
import { type Asked, asked, forced, isQueried } from './asked.ts';
import { acme, edge, type Refused, refusalOf } from './client-world.ts';

/** A minute on two slow cores; SIGNET_CLIENT_CASES asks for fewer or more. */
const cases = Number(process.env['SIGNET_CLIENT_CASES'] ?? 100_000);

const exp = 1_893_456_000;
const images = signet(acme);
const exact = strict(images);

/** What a minter says: a URL, or why there is none. */
async function saidBy(mintUrl: () => Promise<string>): Promise<string | Refused> {
  let url = '';
  const refused = await refusalOf(async () => {
    url = await mintUrl();
  });
  return refused ?? url;
}

const how = { expires: new Date(exp * 1_000) };
const bySmall = ({ path, operations }: Asked) => saidBy(() => images.url(path, operations, how));
const byStrict = ({ path, operations }: Asked) => saidBy(() => exact.url(path, operations, how));
/** The command line's minter, which has the edge's own grammar. */
const byEdge = ({ path, operations }: Asked) =>
  saidBy(async () => {
    const request = mintRequestOf({ tenant: 'acme', path, operations, exp });
    return mint(nodeCrypto, acme.url, request, { kid: acme.kid, signingKey: acme.key });
  });

/** What the names of operations and parameters do not tell. */
const beyondNames =
  /^style: ""|expects|needs|is given twice|stands alone|takes |cannot make|the key is longer than 1024 bytes/;

type Said = string | Refused;
type Kind = 'minted' | 'refused' | 'too long as written' | 'not seen';

/** What the small minter may do differently. */
function checkSmall(one: Asked, ours: Said, theirs: Said): Kind {
  if (typeof ours === 'string' && typeof theirs === 'string') {
    expect(ours).toBe(theirs);
    return 'minted';
  }
  if (typeof ours === 'string' && typeof theirs !== 'string') {
    expect(theirs.message).toMatch(isQueried(one) ? /./ : beyondNames);
    return 'not seen';
  }
  if (typeof theirs === 'string') {
    expect(ours).toMatchObject({ message: 'the key is longer than 1024 bytes' });
    return 'too long as written';
  }
  expect(ours).toMatchObject({ code: theirs.code });
  return 'refused';
}

async function checkEdge(one: Asked, theirs: Said): Promise<void> {
  const url = typeof theirs === 'string' ? theirs : forced(one, exp);
  const answer = url === undefined ? 'malformed' : await edge(url);
  // Which presets there are is for a policy to say.
  if (answer === 'denied_preset') return;
  if (typeof theirs === 'string') expect(answer).toMatch(/^acme\//);
  else expect(answer).toBe('malformed');
}

describe(`of ${cases} requests`, () => {
  it('the strict minter mints just those that the edge takes, and says why it does not', async () => {
    const counts = new Map<Kind, number>();
    const agree = async (one: Asked): Promise<void> => {
      const theirs = await byEdge(one);
      expect(await byStrict(one)).toEqual(theirs);
      await checkEdge(one, theirs);
      const kind = checkSmall(one, await bySmall(one), theirs);
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
