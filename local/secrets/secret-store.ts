import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { commitFile, makeFolder, sweepTemporaries, writeTemporary } from '../state/durable-file.ts';
import { createKeyLocks } from '../state/key-locks.ts';
import { type Secret, secretSchema } from './secret.ts';

/** Turns the secret that is there, if any, into the one that is to be there. */
export type SecretChange = (current: Secret | undefined) => Secret;

export type DiskSecrets = {
  readonly find: (nameOrArn: string) => Secret | undefined;
  readonly all: () => readonly Secret[];
  /** Runs changes of one secret one after the other; resolves once the new one is on disk. */
  readonly change: (name: string, change: SecretChange) => Promise<Secret>;
};

/** Opens the folder, one file per secret, and keeps the secrets in memory as well. */
export async function openSecretStore(folder: string): Promise<DiskSecrets> {
  await makeFolder(folder);
  await sweepTemporaries(folder);
  const secrets = await readSecrets(folder);
  const locked = createKeyLocks();
  const change = async (name: string, make: SecretChange): Promise<Secret> => {
    const current = secrets.get(name);
    const next = make(current);
    if (next !== current) {
      await writeSecret(folder, next);
      secrets.set(name, next);
    }
    return next;
  };
  return {
    find: (nameOrArn) => secrets.get(nameOrArn) ?? findByArn(secrets.values(), nameOrArn),
    all: () => [...secrets.values()].sort((a, b) => a.createdAt - b.createdAt),
    change: (name, make) => locked(name, () => change(name, make)),
  };
}

function findByArn(secrets: Iterable<Secret>, arn: string): Secret | undefined {
  // The six random characters at the end may be left out, as with the real service.
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

/** A secret that cannot be read stops the start: running on without it would mint new roots. */
async function readSecret(path: string): Promise<Secret> {
  try {
    return v.parse(secretSchema, JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    // The cause's message may quote the file, so it is kept off this one.
    throw new Error(
      `The secret in ${path} is damaged; put back a backup of the state folder, or start on an empty one.`,
      { cause },
    );
  }
}

async function writeSecret(folder: string, secret: Secret): Promise<void> {
  const hash = createHash('sha256').update(secret.name).digest('hex');
  const temporary = await writeTemporary(folder, (handle) =>
    handle.writeFile(JSON.stringify(secret)),
  );
  try {
    await commitFile(temporary, join(folder, `${hash}.json`));
  } finally {
    await rm(temporary, { force: true });
  }
}
