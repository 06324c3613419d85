import { mintRequestOf } from '../../client/lib/mint-request.ts';
import { signet } from '../../client/signet.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { mint } from '../../shared/request/mint.ts';
import type { Asked } from './random-requests.ts';
import { acme, type Refused, refusalOf } from './test-edge.ts';

/** A minute on two slow cores; SIGNET_CLIENT_CASES asks for fewer or more. */
export const cases = Number(process.env['SIGNET_CLIENT_CASES'] ?? 100_000);

export const exp = 4_102_444_800;
export const how = { expires: new Date(exp * 1_000) };
export const images = signet(acme);

/** What a minter says: a URL, or why there is none. */
export type MintOutcome = string | Refused;

export async function outcomeOf(mintUrl: () => Promise<string>): Promise<MintOutcome> {
  let url = '';
  const refused = await refusalOf(async () => {
    url = await mintUrl();
  });
  return refused ?? url;
}

/** The command line's minter, which has the edge's own grammar. */
export const edgeOutcome = ({ path, operations }: Asked): Promise<MintOutcome> =>
  outcomeOf(async () => {
    const request = mintRequestOf({ tenant: 'acme', path, operations, exp });
    return mint(nodeCrypto, acme.url, request, { kid: acme.kid, signingKey: acme.key });
  });
