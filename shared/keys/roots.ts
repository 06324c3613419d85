import type { Crypto, SecretStore } from '../ports.ts';
import { continuationSecret, rootKeyring } from './keyring.ts';
import type { SecretIds } from './store.ts';

/*
 * Root keys, from which all signing keys are derived. A new one signs twenty minutes after it was
 * published, when every function knows it. Removing one invalidates everything that it signed.
 */

type RootSet = {
  readonly keys: readonly { readonly kty: string; readonly kid: string; readonly iat?: number }[];
};

export type RootSecrets = {
  readonly crypto: Crypto;
  readonly secrets: SecretStore;
  readonly secretIds: SecretIds;
};

/** Reads the root keys as stored. Throws an error that says why the set is unusable. */
function readRootSet(crypto: Crypto, text: string): RootSet {
  rootKeyring(crypto, text);
  return JSON.parse(text) as RootSet;
}

async function readRoots({ secrets, secretIds }: RootSecrets): Promise<string> {
  const text = await secrets.read(secretIds.roots);
  if (text === undefined) throw new Error(`there is no secret ${secretIds.roots}`);
  return text;
}

/** Writes the root keys and the secret of the render function, which is derived from them. */
async function writeRoots(
  { crypto, secrets, secretIds }: RootSecrets,
  text: string,
): Promise<void> {
  const render = continuationSecret(crypto, text);
  await secrets.write(secretIds.roots, text);
  await secrets.write(secretIds.render, render);
}

/** Whether the secret of the render function matches the root keys. */
export async function renderInStep({ crypto, secrets, secretIds }: RootSecrets): Promise<boolean> {
  const roots = await secrets.read(secretIds.roots);
  if (roots === undefined) return false;
  return (await secrets.read(secretIds.render)) === continuationSecret(crypto, roots);
}

function nextName(kids: readonly string[]): string {
  const numbers = kids.map((kid) => Number(/^r([0-9]{1,6})$/.exec(kid)?.[1] ?? 0));
  return `r${Math.max(0, ...numbers) + 1}`;
}

/** The material of a root key (32 bytes in base64url), and the time at which it is added, in seconds. */
export type NewRoot = { readonly k: string; readonly now: number };

/** Adds a root key to a set. Returns the new text and the name of the key. Throws for an unusable set. */
export function withRoot(crypto: Crypto, roots: string, { k, now }: NewRoot) {
  const { keys } = readRootSet(crypto, roots);
  const kid = nextName(keys.map((key) => key.kid));
  const text = JSON.stringify({ keys: [...keys, { kty: 'oct', kid, k, iat: now }] });
  rootKeyring(crypto, text);
  return { kid, text };
}

/** A root key signs twenty minutes after its `iat`, and functions need up to fifteen to load it. */
const publishableSeconds = 300;

/**
 * Throws unless the next set is the current one plus one root key that may still be published, so that
 * a rotation does not undo the changes of an operator. `now` in seconds.
 */
export function checkSuccessor(crypto: Crypto, current: string, next: string, now: number): void {
  const { keys: had } = readRootSet(crypto, current);
  const { keys } = readRootSet(crypto, next);
  if (JSON.stringify(keys.slice(0, -1)) !== JSON.stringify(had))
    throw new Error('the root keys have changed since this rotation began');
  if (now > (keys.at(-1)?.iat ?? 0) + publishableSeconds)
    throw new Error('the new root key would sign before every function knows it');
}

/** Adds a root key with this material and returns its name. `now` in seconds. */
export async function addRoot(deps: RootSecrets, k: string, now: number): Promise<string> {
  const { kid, text } = withRoot(deps.crypto, await readRoots(deps), { k, now });
  await writeRoots(deps, text);
  return kid;
}

/** Removes a root key. Everything signed with a key derived from it is refused from then on. */
export async function removeRoot(deps: RootSecrets, kid: string): Promise<void> {
  const { keys } = readRootSet(deps.crypto, await readRoots(deps));
  const left = keys.filter((key) => key.kty !== 'oct' || key.kid !== kid);
  await writeRoots(deps, JSON.stringify({ keys: left }));
}
