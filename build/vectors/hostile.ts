import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import type { SpellingName } from '../../shared/recipe/spellings.ts';
import { Refusal } from '../../shared/refusal.ts';
import { readGrant } from '../../shared/request/grant.ts';
import { type MintRequest, mint } from '../../shared/request/mint.ts';
import { type GrantClaims, mintGrant } from '../../shared/request/mint-grant.ts';
import { decodePath } from '../../shared/url/path.ts';
import {
  badBeginnings,
  badBytes,
  badEnvironments,
  badExpiries,
  badGrants,
  badOperations,
  badPaths,
  badPresets,
  badQueries,
  environment,
  pastExpiries,
} from './hostile-cases.ts';
import { hostileNotes } from './hostile-notes.ts';
import { knownExp } from './known-signer.ts';
import { type Json, type Vector, vectorFile } from './vector-file.ts';

/** The message of the service's refusal. Throws if the service does not refuse. */
async function reasonOf(comment: string, work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.message;
    throw thrown;
  }
  throw new Error(`the service does not refuse "${comment}"`);
}

const pastReason = 'exp is in the past';

const validCall = { path: 'cat.jpg', operations: ['resize,w_400'], exp: knownExp } as const;

type BadCall = Partial<Omit<MintRequest, 'tenant' | 'exp'>> & { readonly exp?: number };

/** A call that a signer must refuse, with the reason that `mint` gives. */
async function refusedCall(flag: string, comment: string, bad: BadCall): Promise<Vector> {
  const { url, tenant } = environment;
  const call = { ...validCall, ...bad };
  const reason = await reasonOf(comment, () =>
    mint(nodeCrypto, url, { tenant, ...call }, environment),
  );
  return { comment, flags: [flag], ...environment, ...call, reason, result: 'invalid' };
}

async function urlVectors(): Promise<readonly Vector[]> {
  return Promise.all([
    ...badPaths.map(([flag, comment, path]) => refusedCall(flag, comment, { path })),
    ...badExpiries.map(([flag, comment, exp]) => refusedCall(flag, comment, { exp })),
    ...badOperations.map(([flag, comment, ...operations]) =>
      refusedCall(flag, comment, { operations }),
    ),
  ]);
}

async function byteVectors(): Promise<readonly Vector[]> {
  return Promise.all(
    badBytes.map(async ([comment, pathHex]) => {
      const sent = pathHex.replace(/../g, '%$&');
      const reason = await reasonOf(comment, () => decodePath(sent));
      const { path: _text, ...rest } = validCall;
      const call = { ...environment, pathHex, ...rest };
      return { comment, flags: ['InvalidUtf8'], ...call, reason, result: 'invalid' as const };
    }),
  );
}

async function queryVectors(): Promise<readonly Vector[]> {
  return Promise.all(
    badQueries.map(([flag, comment, name, value]) =>
      name.startsWith('x-') && name !== 'x-cos-process'
        ? refusedCall(flag, comment, {
            operations: [],
            query: { name: name as SpellingName, value },
          })
        : unknownSpelling(flag, comment, { name, value }),
    ),
  );
}

/** The types allow only two query parameters, so `mint` cannot be called with another one. */
function unknownSpelling(
  flag: string,
  comment: string,
  query: { readonly name: string; readonly value: string },
): Vector {
  const call = { ...environment, ...validCall, operations: [], query };
  const reason = 'the query parameter must be x-oss-process or x-bce-process';
  return { comment, flags: [flag], ...call, reason, result: 'invalid' };
}

/** Some grants are minted and then rejected when they are read. */
async function mintAndRead(request: GrantClaims): Promise<void> {
  const { tenant } = environment;
  readGrant(await mintGrant(tenant, request, environment), tenant, nodeCrypto.decode);
}

async function grantVectors(): Promise<readonly Vector[]> {
  return Promise.all(
    badGrants.map(async ([flag, comment, request]) => {
      const whole = await reasonOf(comment, () => mintAndRead(request));
      const reason = whole.replace(/^"[\s\S]*" is (?:no|not a) scope: /, '');
      const { scope, exp, presets } = request;
      const call = { scope, exp, ...(presets === undefined ? {} : { presets }) };
      const common = { comment, flags: [flag], ...environment, ...call };
      return { ...common, reason, result: 'invalid' as const };
    }),
  );
}

/** A call that the service would accept, although its result could never be used. */
function uselessCall(
  flag: string,
  comment: string,
  reason: string,
  call: Readonly<Record<string, Json>>,
): Vector {
  return { comment, flags: [flag], ...environment, ...call, reason, result: 'invalid' };
}

const pastUrls: readonly Vector[] = pastExpiries.map(([comment, exp]) =>
  uselessCall('Past', comment, pastReason, { ...validCall, exp }),
);

const all = { scope: ['*'], exp: knownExp } as const;
const uselessGrants: readonly Vector[] = [
  ...badPresets.map(([comment, ...presets]) =>
    uselessCall('Presets', comment, 'a preset name has 1 to 64 letters, digits, dots or hyphens', {
      ...all,
      presets,
    }),
  ),
  ...badBeginnings.map(([comment, nbf]) =>
    uselessCall('Expiry', comment, 'nbf must be a Unix time in seconds, not milliseconds', {
      ...all,
      nbf,
    }),
  ),
  ...pastExpiries.map(([comment, exp]) =>
    uselessCall('Past', comment, pastReason, { ...all, exp }),
  ),
];

const environments: readonly Vector[] = badEnvironments.flatMap(([flag, reason, name, values]) =>
  values.map(([comment, value]) => {
    const call = { ...environment, [name]: value, ...validCall };
    return { comment, flags: [flag], ...call, reason, result: 'invalid' as const };
  }),
);

/** Returns the text of hostile.json. */
export async function hostile(): Promise<string> {
  return vectorFile({
    algorithm: 'SIGNET-V1-REFUSED',
    header: [
      'Calls that a signer must refuse. The service would reject the result, read something else in it or never allow anything with it.',
      'url, tenant, kid and signingKey are the environment variables SIGNET_URL, SIGNET_TENANT, SIGNET_KID and SIGNET_KEY. The rest is the call. reason is an example of a message; a signer may use other words, but never repeats the signing key.',
    ],
    notes: hostileNotes,
    groups: [
      { type: 'SignedUrl', tests: [...(await urlVectors()), ...pastUrls] },
      { type: 'SignedBytes', tests: await byteVectors() },
      { type: 'SignedQueryUrl', tests: await queryVectors() },
      { type: 'Grant', tests: [...(await grantVectors()), ...uselessGrants] },
      { type: 'Environment', tests: environments },
    ],
  });
}
