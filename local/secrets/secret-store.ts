import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import {
  commitFile,
  makeFolder,
  removeTemporaries,
  writeTemporary,
} from '../state/durable-file.ts';
import { createKeyLocks } from '../state/key-locks.ts';
import { type Secret, secretSchema } from './secret.ts';

/** Computes the new secret from the current one, which may not exist. */
export type SecretChange = (current: Secret | undefined) => Secret;

export type DiskSecrets = {
  readonly find: (nameOrArn: string) => Secret | undefined;
  readonly all: () => readonly Secret[];
  /** Runs the changes of a secret one after the other. Resolves when the new secret is on disk. */
  readonly change: (name: string, change: SecretChange) => Promise<Secret>;
};

/**
 * Opens a folder with one file per secret. The secrets are also kept in memory. `onChange` is called when a change is
 * on disk, before it is acknowledged.
 */
export async function openSecretStore(
  folder: string,
  onChange: () => void = () => undefined,
): Promise<DiskSecrets> {
  await makeFolder(folder);
  await removeTemporaries(folder);
  const secrets = await readSecrets(folder);
  const withLock = createKeyLocks();
  const change = async (name: string, make: SecretChange): Promise<Secret> => {
    const current = secrets.get(name);
    const next = make(current);
    if (next !== current) {
      await writeSecret(folder, next);
      secrets.set(name, next);
      onChange();
    }
    return next;
  };
  return {
    find: (nameOrArn) => secrets.get(nameOrArn) ?? findByArn(secrets.values(), nameOrArn),
    all: () => [...secrets.values()].sort((a, b) => a.createdAt - b.createdAt),
    change: (name, make) => withLock(name, () => change(name, make)),
  };
}

function findByArn(secrets: Iterable<Secret>, arn: string): Secret | undefined {
  // As in AWS, the six random characters at the end are optional.
  return [...secrets].find((secret) => secret.arn === arn || secret.arn.slice(0, -7) === arn);
}

async function readSecrets(folder: string): Promise<Map<string, Secret>> {
  const secrets = new Map<string, Secret>();
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json'))) {
    const secret = await readSecret(join(folder, file));
    secrets.set(secret.name, secret);
  }
  return secrets;
}

/** Reads a secret. A damaged one stops the start, because without it new roots would be created. */
async function readSecret(path: string): Promise<Secret> {
  try {
    return v.parse(secretSchema, JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    // The message does not include the cause's message, which may quote the secret.
    throw new Error(
      `The secret in ${path} is damaged; restore it from a copy of the state folder: npx signet doctor --repair --from FOLDER, or start with an empty one.`,
      { cause },
    );
  }
}

/** The file of a secret in its folder. A hash, so that no name can escape the folder. */
export const secretFile = (folder: string, name: string): string =>
  join(folder, `${createHash('sha256').update(name).digest('hex')}.json`);

async function writeSecret(folder: string, secret: Secret): Promise<void> {
  const temporary = await writeTemporary(folder, (handle) =>
    handle.writeFile(JSON.stringify(secret)),
  );
  try {
    await commitFile(temporary, secretFile(folder, secret.name));
  } finally {
    await rm(temporary, { force: true });
  }
}
