import { continuationSecret, type Keyring, rootKeyring } from '../keyring.ts';
import type { Crypto, SecretStore } from '../ports.ts';
import { secretIds } from './keys.ts';

/*
 * Root keys, from which every tenant's signing keys are derived. A new one is mintable twenty minutes
 * after it was published, when every function has it; one that is gone is gone for all that it signed.
 */

type RootSet = { readonly keys: readonly { readonly kty: string; readonly kid: string }[] };

export type RootSecrets = { readonly crypto: Crypto; readonly secrets: SecretStore };

async function readRoots({ secrets }: RootSecrets): Promise<RootSet> {
  const text = await secrets.read(secretIds.roots);
  if (text === undefined) throw new Error(`there is no secret ${secretIds.roots}`);
  return JSON.parse(text) as RootSet;
}

/** Writes the roots, and what the render function may know of them. Throws for a set that is unusable. */
async function writeRoots({ crypto, secrets }: RootSecrets, roots: RootSet): Promise<Keyring> {
  const text = JSON.stringify(roots);
  const keyring = rootKeyring(crypto, text);
  await secrets.write(secretIds.roots, text);
  await secrets.write(secretIds.render, continuationSecret(crypto, text));
  return keyring;
}

/** Whether the render function's secret is the one that follows from the roots. */
export async function renderInStep({ crypto, secrets }: RootSecrets): Promise<boolean> {
  const roots = await secrets.read(secretIds.roots);
  if (roots === undefined) return false;
  return (await secrets.read(secretIds.render)) === continuationSecret(crypto, roots);
}

function nextName(kids: readonly string[]): string {
  const numbers = kids.map((kid) => Number(/^r([0-9]{1,6})$/.exec(kid)?.[1] ?? 0));
  return `r${Math.max(0, ...numbers) + 1}`;
}

/** Adds a root key with this material (base64url, 32 bytes); `now` in seconds. The answer is its name. */
export async function addRoot(world: RootSecrets, k: string, now: number): Promise<string> {
  const roots = await readRoots(world);
  const kid = nextName(roots.keys.map((key) => key.kid));
  const added = { kty: 'oct', kid, k, iat: now };
  await writeRoots(world, { keys: [...roots.keys, added] });
  return kid;
}

/** Removes a root key: whatever was signed with a key derived from it is refused from then on. */
export async function removeRoot(world: RootSecrets, kid: string): Promise<void> {
  const roots = await readRoots(world);
  await writeRoots(world, {
    keys: roots.keys.filter((key) => key.kty !== 'oct' || key.kid !== kid),
  });
}
