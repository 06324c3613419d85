import * as v from 'valibot';
import type { PublisherKey, PublisherSecretKey } from '../keys/publisher.ts';
import { limits } from '../limits.ts';
import { isTenant } from '../url/path.ts';
import { signText, verifyText } from './signed-text.ts';

/*
 * The list of changes, `changes.jws`: which tenants got a new version lately. Functions read this one
 * object to learn that the policies they hold are still live.
 *
 * Each change is announced before its version exists, so no version goes unannounced. A change has a
 * number and a record of its own in the trail, which cannot be replaced or removed. So an older list
 * that is put back is noticed: the trail has the number that follows it.
 */

export const changesKey = 'changes.jws';
export const changeFolder = 'audit/_changes/';
export const changeKey = (sequence: number): string => `${changeFolder}${sequence}.jws`;

/** The number in the key of a change record; undefined for other keys. */
export function sequenceIn(key: string): number | undefined {
  const [, digits] = /^audit\/_changes\/([1-9][0-9]{0,11})\.jws$/.exec(key) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

const listType = 'signet-changes+jws';
const changeType = 'signet-change+jws';

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(999_999_999_999));
const tenantName = v.pipe(v.string(), v.check(isTenant));

const listSchema = v.pipe(
  v.strictObject({
    /** The number of the newest change. */
    sequence: count,
    /** Tenants and their versions, oldest first. They have consecutive numbers, but for numbers nobody used. */
    changes: v.pipe(
      v.array(v.strictTuple([tenantName, count])),
      v.minLength(1),
      v.maxLength(limits.listedChanges),
    ),
  }),
  v.check(({ sequence, changes }) => changes.length <= sequence),
);

const changeSchema = v.strictObject({ sequence: count, tenant: tenantName, version: count });

/** A tenant and the version that was announced. */
export type Change = readonly [tenant: string, version: number];

export type Changes = { readonly sequence: number; readonly changes: readonly Change[] };

/** One change as it is kept in the trail. */
export type ChangeRecord = Readonly<v.InferOutput<typeof changeSchema>>;

/** Signs a list. It keeps the newest changes only. Throws if no reader would accept it. */
export async function signChanges(
  key: PublisherSecretKey,
  { sequence, changes }: Changes,
): Promise<string> {
  const newest = changes.slice(-limits.listedChanges);
  return signText(key, listType, v.parse(listSchema, { sequence, changes: newest }));
}

/** Signs a change. Throws if no reader would accept it. */
export async function signChange(key: PublisherSecretKey, change: ChangeRecord): Promise<string> {
  return signText(key, changeType, v.parse(changeSchema, change));
}

/** Reads a list. Throws a one-line error if no publisher signed it as one. */
export async function verifyChanges(
  publishers: readonly PublisherKey[],
  text: string,
): Promise<Changes> {
  const { type, payload } = await verifyText(publishers, text);
  const parsed = v.safeParse(listSchema, type === listType ? JSON.parse(payload) : undefined);
  if (!parsed.success) throw new Error('it is signed, but not as a list of changes');
  return parsed.output;
}

/** Reads the record of a change. Throws a one-line error if no publisher signed it as one. */
export async function verifyChange(
  publishers: readonly PublisherKey[],
  text: string,
): Promise<ChangeRecord> {
  const { type, payload } = await verifyText(publishers, text);
  const parsed = v.safeParse(changeSchema, type === changeType ? JSON.parse(payload) : undefined);
  if (!parsed.success) throw new Error('it is signed, but not as a change');
  return parsed.output;
}

/** The number of the newest change that a list does not know: those up to it may be missing. */
export const unlistedUntil = ({ sequence, changes }: Changes): number => sequence - changes.length;
