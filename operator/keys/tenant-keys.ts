import { seconds } from '../../shared/ports.ts';
import type { OpenInstallation } from '../target/target.ts';
import { type KeyState, keyStates } from './key-states.ts';
import { onlineSigner } from './signer.ts';

/** A tenant's active signing key and what a client needs beside it. */
export type TenantKey = {
  readonly tenant: string;
  readonly kid: string;
  readonly signingKey: string;
  readonly address: string;
};

/** The active signing key of a tenant. */
export async function readTenantKey(open: OpenInstallation, tenant: string): Promise<TenantKey> {
  const { kid, signingKey, address } = await onlineSigner(await open(), tenant);
  return { tenant, kid, signingKey, address };
}

/** The active signing key of a tenant, and the state of every kid that it accepts. */
export async function readTenantKeys(
  open: OpenInstallation,
  tenant: string,
): Promise<TenantKey & { readonly kids: readonly KeyState[] }> {
  const installation = await open();
  const key = await readTenantKey(async () => installation, tenant);
  return { ...key, kids: await keyStates(installation, tenant) };
}

/** The kids of all root keys, oldest first. */
export async function readRootKids(open: OpenInstallation): Promise<readonly string[]> {
  return (await (await open()).keyring()).kids;
}

/** A root key. `waiting`: not every function has loaded it yet. */
export type RootState = { readonly kid: string; readonly state: 'older' | 'current' | 'waiting' };

/** The state of each root key, oldest first. New keys of tenants are derived from the current one. */
export async function readRootStates(open: OpenInstallation): Promise<readonly RootState[]> {
  const installation = await open();
  const { kids, mintable } = await installation.keyring();
  const current = kids.indexOf(mintable(seconds(installation.clock)));
  return kids.map((kid, at) => {
    if (at === current) return { kid, state: 'current' };
    return { kid, state: at < current ? 'older' : 'waiting' };
  });
}
