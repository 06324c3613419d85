import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import type { SpellingName } from '../../shared/recipe/spellings.ts';
import { Refusal } from '../../shared/refusal.ts';
import { type GrantClaims, mintGrant, readGrant } from '../../shared/request/grant.ts';
import { type MintRequest, mint } from '../../shared/request/mint.ts';
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

/** Why the service refuses it. Throws where it does not. */
async function reasonOf(comment: string, work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.message;
    throw thrown;
  }
  throw new Error(`"${comment}" is not refused`);
}

const pastReason = 'exp is in the past';

const sound = { path: 'cat.jpg', operations: ['resize,w_400'], exp: knownExp } as const;

type Asked = Partial<Omit<MintRequest, 'tenant' | 'exp'>> & { readonly exp?: number };

/** A call that a signer refuses, for the reason that `mint` gives. */
async function refused(flag: string, comment: string, asked: Asked): Promise<Vector> {
  const { url, tenant } = environment;
  const call = { ...sound, ...asked };
  const reason = await reasonOf(comment, () =>
    mint(nodeCrypto, url, { tenant, ...call }, environment),
  );
  return { comment, flags: [flag], ...environment, ...call, reason, result: 'invalid' };
}

async function signedUrls(): Promise<readonly Vector[]> {
  return Promise.all([
    ...badPaths.map(([flag, comment, path]) => refused(flag, comment, { path })),
    ...badExpiries.map(([flag, comment, exp]) => refused(flag, comment, { exp })),
    ...badOperations.map(([flag, comment, ...operations]) =>
      refused(flag, comment, { operations }),
    ),
  ]);
}

async function bytes(): Promise<readonly Vector[]> {
  return Promise.all(
    badBytes.map(async ([comment, pathHex]) => {
      const sent = pathHex.replace(/../g, '%$&');
      const reason = await reasonOf(comment, () => decodePath(sent));
      const { path: _text, ...rest } = sound;
      const call = { ...environment, pathHex, ...rest };
      return { comment, flags: ['InvalidUtf8'], ...call, reason, result: 'invalid' as const };
    }),
  );
}

async function queries(): Promise<readonly Vector[]> {
  return Promise.all(
    badQueries.map(([flag, comment, name, value]) =>
      name.startsWith('x-') && name !== 'x-cos-process'
        ? refused(flag, comment, { operations: [], query: { name: name as SpellingName, value } })
        : unknownSpelling(flag, comment, { name, value }),
    ),
  );
}

/** The types know two spellings, and whoever pastes a signer has no types. */
function unknownSpelling(
  flag: string,
  comment: string,
  query: { readonly name: string; readonly value: string },
): Vector {
  const call = { ...environment, ...sound, operations: [], query };
  const reason = 'the query spellings are x-oss-process and x-bce-process';
  return { comment, flags: [flag], ...call, reason, result: 'invalid' };
}

/** Minting may leave it to the edge, which does not read such a grant. */
async function mintAndRead(request: GrantClaims): Promise<void> {
  const { tenant } = environment;
  readGrant(await mintGrant(tenant, request, environment), tenant);
}

async function grants(): Promise<readonly Vector[]> {
  return Promise.all(
    badGrants.map(async ([flag, comment, request]) => {
      const whole = await reasonOf(comment, () => mintAndRead(request));
      const reason = whole.replace(/^"[\s\S]*" is no scope: /, '');
      const { scope, exp, presets } = request;
      const call = { scope, exp, ...(presets === undefined ? {} : { presets }) };
      const common = { comment, flags: [flag], ...environment, ...call };
      return { ...common, reason, result: 'invalid' as const };
    }),
  );
}

/** What the service would mint and read, and what is of use to nobody. */
function uselessCall(
  flag: string,
  comment: string,
  reason: string,
  call: Readonly<Record<string, Json>>,
): Vector {
  return { comment, flags: [flag], ...environment, ...call, reason, result: 'invalid' };
}

const pastUrls: readonly Vector[] = pastExpiries.map(([comment, exp]) =>
  uselessCall('Past', comment, pastReason, { ...sound, exp }),
);

const all = { scope: ['*'], exp: knownExp } as const;
const uselessGrants: readonly Vector[] = [
  ...badPresets.map(([comment, ...presets]) =>
    uselessCall('Presets', comment, 'a preset is named with letters, digits, dots and hyphens', {
      ...all,
      presets,
    }),
  ),
  ...badBeginnings.map(([comment, nbf]) =>
    uselessCall('Expiry', comment, 'nbf is not a time in whole seconds', { ...all, nbf }),
  ),
  ...pastExpiries.map(([comment, exp]) =>
    uselessCall('Past', comment, pastReason, { ...all, exp }),
  ),
];

const environments: readonly Vector[] = badEnvironments.flatMap(([flag, reason, name, values]) =>
  values.map(([comment, value]) => {
    const call = { ...environment, [name]: value, ...sound };
    return { comment, flags: [flag], ...call, reason, result: 'invalid' as const };
  }),
);

/** The text of hostile.json. */
export async function hostile(): Promise<string> {
  return vectorFile({
    algorithm: 'SIGNET-V1-REFUSED',
    header: [
      'What a signer refuses rather than signs: the edge would refuse it too, or it would mean something else there, or nothing.',
      'url, tenant, kid and signingKey are the environment: SIGNET_URL, SIGNET_TENANT, SIGNET_KID and SIGNET_KEY. The rest is the call. reason is why; another program may say it in other words, in which the signing key never stands.',
    ],
    notes: hostileNotes,
    groups: [
      { type: 'SignedUrl', tests: [...(await signedUrls()), ...pastUrls] },
      { type: 'SignedBytes', tests: await bytes() },
      { type: 'SignedQueryUrl', tests: await queries() },
      { type: 'Grant', tests: [...(await grants()), ...uselessGrants] },
      { type: 'Environment', tests: environments },
    ],
  });
}
