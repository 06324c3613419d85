import { mintRequestOf } from '../../client/lib/mint-request.ts';
import { signet } from '../../client/signet.ts';
import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { mint } from '../../shared/request/mint.ts';
import type { MintCall } from './random-requests.ts';
import { acme, type Refused, refusalOf } from './test-edge.ts';

/** The number of random requests of each test. `npm run proof` sets SIGNET_CLIENT_CASES=100000. */
export const cases = Number(process.env['SIGNET_CLIENT_CASES'] ?? 1_000);

export const exp = 4_102_444_800;
export const how = { expires: new Date(exp * 1_000) };
export const images = signet(acme);

/** What a minter returns: a URL or a refusal. */
export type MintOutcome = string | Refused;

export async function outcomeOf(mintUrl: () => Promise<string>): Promise<MintOutcome> {
  let url = '';
  const refused = await refusalOf(async () => {
    url = await mintUrl();
  });
  return refused ?? url;
}

/** The outcome of the command line's minter, which uses the grammar of the edge. */
export const edgeOutcome = ({ path, operations }: MintCall): Promise<MintOutcome> =>
  outcomeOf(async () => {
    const request = mintRequestOf({ tenant: 'acme', path, operations, exp });
    return mint(nodeCrypto, acme.url, request, { kid: acme.kid, signingKey: acme.key });
  });
