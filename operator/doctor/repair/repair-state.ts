import { rootKeyring } from '../../../shared/keys/keyring.ts';
import { type PublisherKey, publicHalf, readPublisher } from '../../../shared/keys/publisher.ts';
import type { SecretIds } from '../../../shared/keys/store.ts';
import type { Clock, Crypto, ObjectStore, SecretStore } from '../../../shared/ports.ts';
import { trailNames } from '../../../shared/versions/audit.ts';
import type { PolicyBucket } from '../../../shared/versions/bucket.ts';
import { tenantNames } from '../../../shared/versions/tenants.ts';
import { OperatorFailure } from '../../failure.ts';
import { checkTenantName } from '../../tenants/tenant-name.ts';
import { doKeysVerify } from './find-trail-repair.ts';
import { planTrailRepair, type RepairStep, type TrailRepair } from './trail-repair.ts';
import { readTrailState } from './trail-state.ts';

/* The repair of a state folder on which no stack runs. Only then may a version of a trail be set aside. */

/** The parts of a state folder, or of a copy of one. */
export type StateStores = { readonly config: ObjectStore; readonly secrets: SecretStore };

/** A state folder that this process alone uses. */
export type StoppedState = {
  readonly home: StateStores;
  /** A copy from before. */
  readonly backup: StateStores | undefined;
  /** Damaged files, which nothing can read, with the places that they were moved to. */
  readonly movedFiles: readonly string[];
  readonly crypto: Crypto;
  readonly secretIds: SecretIds;
  readonly clock: Clock;
  readonly close: () => Promise<void>;
};

/** A secret that is written again from the copy. */
export type SecretRepair = { readonly id: string; readonly text: string };

export type RepairPlan = {
  readonly secrets: readonly SecretRepair[];
  /** Secrets that are lost, and that the copy does not have. */
  readonly lostSecrets: readonly string[];
  /** Tenants with something to repair, or with something lost. */
  readonly tenants: readonly TrailRepair[];
  readonly movedFiles: readonly string[];
};

/** Whether a secret holds what its readers need. */
function isUsable({ crypto, secretIds }: StoppedState, id: string, text: string | undefined) {
  if (text === undefined) return false;
  try {
    if (id === secretIds.publisher) readPublisher(text);
    else rootKeyring(crypto, text);
    return true;
  } catch {
    return false;
  }
}

/** The root keys and the publisher's key as they will be. The render secret follows from them at the next start. */
async function planSecrets(state: StoppedState) {
  const { backup, home, secretIds } = state;
  const repairs: SecretRepair[] = [];
  const lost: string[] = [];
  const texts = new Map<string, string>();
  for (const id of [secretIds.roots, secretIds.publisher]) {
    const own = await home.secrets.read(id);
    const kept = await backup?.secrets.read(id);
    if (own !== undefined && isUsable(state, id, own)) texts.set(id, own);
    else if (kept !== undefined && isUsable(state, id, kept)) {
      texts.set(id, kept);
      repairs.push({ id, text: kept });
    } else lost.push(id);
  }
  return { repairs, lost, texts };
}

/** The keys that verify versions. Throws `not_found` if none is left. */
function publishersIn(
  { crypto, secretIds }: StoppedState,
  texts: ReadonlyMap<string, string>,
): readonly PublisherKey[] {
  const [roots, publisher] = [texts.get(secretIds.roots), texts.get(secretIds.publisher)];
  const keys = [
    ...(roots === undefined ? [] : rootKeyring(crypto, roots).publishers),
    ...(publisher === undefined ? [] : [publicHalf(readPublisher(publisher))]),
  ];
  if (keys.length > 0) return keys;
  throw new OperatorFailure(
    'not_found',
    `the secrets ${secretIds.roots} and ${secretIds.publisher} are lost, so no policy can be verified; restore them from a copy of the state folder: npx signet doctor --repair --from FOLDER`,
  );
}

const bucketOf = (
  { crypto }: StoppedState,
  { config }: StateStores,
  keys: readonly PublisherKey[],
): PolicyBucket => ({ crypto, config, publishers: async () => keys });

/** Every tenant with a policy or a trail, here or in the copy; of those, the named ones. Throws `not_found`. */
async function chooseTenants(
  stores: readonly StateStores[],
  named: readonly string[],
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const { config } of stores)
    for (const name of [...(await trailNames(config)), ...(await tenantNames(config))])
      found.add(name);
  const unknown = named.find((name) => !found.has(name));
  if (unknown !== undefined)
    throw new OperatorFailure('not_found', `there is no tenant ${unknown}`);
  return [...found].filter((name) => named.length === 0 || named.includes(name)).toSorted();
}

/** Plans the repair of the secrets and of the tenants. It changes nothing. */
export async function planRepair(
  state: StoppedState,
  named: readonly string[],
): Promise<RepairPlan> {
  const { backup, home, movedFiles } = state;
  const { repairs, lost, texts } = await planSecrets(state);
  const keys = publishersIn(state, texts);
  const stores = backup === undefined ? [home] : [home, backup];
  const areKeysKnown = await doKeysVerify(bucketOf(state, home, keys));
  const tenants: TrailRepair[] = [];
  for (const tenant of await chooseTenants(stores, named)) {
    const own = await readTrailState(bucketOf(state, home, keys), tenant);
    const copied = backup && (await readTrailState(bucketOf(state, backup, keys), tenant));
    const repair = planTrailRepair(own, { backup: copied, areKeysKnown });
    if (repair.steps.length > 0 || repair.lost.length > 0) tenants.push(repair);
  }
  return { secrets: repairs, lostSecrets: lost, tenants, movedFiles };
}

/** The folder of the config bucket that keeps what a repair sets aside. */
export const quarantineFolder = (now: number): string =>
  `quarantine/${new Date(now).toISOString().replaceAll(':', '-')}/`;

/** Keeps an object under another key, and removes it. */
async function moveAside({ config }: StateStores, key: string, folder: string): Promise<void> {
  const read = await config.get(key, { maxBytes: Number.MAX_SAFE_INTEGER });
  if (typeof read === 'object')
    await config.put(`${folder}${key}`, read.body, { contentType: 'application/octet-stream' });
  await config.remove([key]);
}

async function applyStep(stores: StateStores, step: RepairStep, folder: string): Promise<void> {
  if (step.kind === 'set_aside') return moveAside(stores, step.key, folder);
  const body = new TextEncoder().encode(step.text);
  const put = await stores.config.put(step.key, body, {
    contentType: 'application/jose',
    only: 'absent',
  });
  if (put === 'taken')
    throw new OperatorFailure('conflict', `${step.key} has changed; start again`);
}

/** Whether there is anything to write. */
export const isRepairable = ({ secrets, tenants }: RepairPlan): boolean =>
  secrets.length > 0 || tenants.some(({ steps }) => steps.length > 0);

/** Carries out a plan. Returns the folder of what was set aside. A repair that was interrupted can be run again. */
export async function applyRepair(
  { home, clock }: StoppedState,
  { secrets, tenants }: RepairPlan,
): Promise<string> {
  const folder = quarantineFolder(clock());
  for (const { id, text } of secrets) await home.secrets.write(id, text);
  for (const { steps } of tenants) for (const step of steps) await applyStep(home, step, folder);
  return folder;
}

/** What a repair has done, or what nothing can repair. */
export type StateRepair = RepairPlan & {
  /** The folder of the config bucket with what was set aside; undefined if nothing was. */
  readonly quarantine: string | undefined;
};

/** Repairs a state folder, after `confirm`, which throws to stop. Throws `usage` or `not_found`. */
export async function repairState(
  open: () => Promise<StoppedState>,
  tenants: readonly string[],
  confirm: (plan: RepairPlan) => Promise<void>,
): Promise<StateRepair> {
  tenants.forEach(checkTenantName);
  const state = await open();
  try {
    const plan = await planRepair(state, tenants);
    if (!isRepairable(plan)) return { ...plan, quarantine: undefined };
    await confirm(plan);
    const folder = await applyRepair(state, plan);
    const isAside = plan.tenants.some(({ steps }) => steps.some((one) => one.kind === 'set_aside'));
    return { ...plan, quarantine: isAside ? folder : undefined };
  } finally {
    await state.close();
  }
}
