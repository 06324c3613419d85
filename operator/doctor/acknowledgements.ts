import * as v from 'valibot';
import { limits } from '../../shared/limits.ts';
import { reasonOf } from '../../shared/refusal.ts';
import { decodeRecord, encodeRecord, recordOptions } from '../../shared/versions/bucket.ts';
import { signText, verifyText } from '../../shared/versions/signed-text.ts';
import { OperatorFailure } from '../failure.ts';
import type { Installation } from '../target/target.ts';

/*
 * Problems that an operator has accepted, with the reason. They are in the config bucket, so that all operators see
 * them, below `audit/`, where objects can be added and never replaced or removed. Each is signed: write access to the
 * bucket alone hides no problem. A later record of the same problem can withdraw the one before. An acknowledgement
 * ends by itself, because the same problem can come back as another incident.
 */

const folder = 'audit/_acknowledged/';
const recordKey = (id: string, number: number): string => `${folder}${id}/${number}.jws`;
const keyForm = /^audit\/_acknowledged\/([0-9a-f]{12})\/([1-9][0-9]{0,14})\.jws$/;
const recordType = 'signet-acknowledgement+jws';

const recordSchema = v.strictObject({
  id: v.string(),
  number: v.number(),
  at: v.pipe(v.string(), v.isoTimestamp()),
  by: v.string(),
  reason: v.string(),
  withdrawn: v.boolean(),
  /** How far the problem had gone. */
  degree: v.number(),
});

/** Who has accepted a problem, when and why. */
export type Acknowledgement = Readonly<v.InferOutput<typeof recordSchema>>;

/** A problem that doctor finds, and how far it has gone. */
export type FoundProblem = { readonly id: string; readonly degree: number };

/** Long enough to repair something with care, and short enough that a later incident is seen. */
const lifetimeDays = 30;

/** When an acknowledgement ends by itself, as an ISO time. */
export const endOf = ({ at }: Acknowledgement): string =>
  new Date(Date.parse(at) + lifetimeDays * 86_400_000).toISOString();

/** Whether the newest record of a problem accepts it as it is now. */
const isAccepted = (
  record: Acknowledgement | undefined,
  degree: number,
  now: number,
): record is Acknowledgement =>
  record !== undefined &&
  !record.withdrawn &&
  degree <= record.degree &&
  now < Date.parse(endOf(record));

/** A record that no publisher signed for its key says nothing. */
async function readAcknowledgement(
  { config, publishers }: Installation,
  id: string,
  number: number,
): Promise<Acknowledgement | undefined> {
  const read = await config.get(recordKey(id, number), { maxBytes: limits.recordBytes });
  if (typeof read === 'string') return undefined;
  try {
    const { type, payload } = await verifyText(await publishers(), decodeRecord(read.body));
    const record = v.parse(recordSchema, JSON.parse(payload));
    const isOwn = record.id === id && record.number === number;
    return type === recordType && isOwn ? record : undefined;
  } catch {
    return undefined;
  }
}

/** The numbers in the names of objects, by problem. They are not trusted: the object need not be a signed record. */
async function listNumbers({
  config,
}: Installation): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = new Map<string, number[]>();
  for await (const key of config.list(folder)) {
    const [, id = '', number = ''] = keyForm.exec(key) ?? [];
    if (id !== '') found.set(id, [...(found.get(id) ?? []), Number(number)]);
  }
  return found;
}

/** The newest signed record of each of these problems that has one. */
async function readNewest(
  installation: Installation,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Acknowledgement>> {
  const numbers = await listNumbers(installation);
  const newest = new Map<string, Acknowledgement>();
  for (const id of ids)
    for (const number of (numbers.get(id) ?? []).toSorted((a, b) => a - b)) {
      const record = await readAcknowledgement(installation, id, number);
      if (record !== undefined) newest.set(id, record);
    }
  return newest;
}

/** Those of the problems that are accepted, by id. */
export async function readAcknowledgements(
  installation: Installation,
  problems: readonly FoundProblem[],
): Promise<ReadonlyMap<string, Acknowledgement>> {
  if (problems.length === 0) return new Map();
  const newest = await readNewest(
    installation,
    problems.map(({ id }) => id),
  );
  const now = installation.clock();
  return new Map(
    problems.flatMap(({ degree, id }) => {
      const record = newest.get(id);
      return isAccepted(record, degree, now) ? [[id, record] as const] : [];
    }),
  );
}

/** The number after the last signed record; names that other objects have taken are passed over. */
async function nextNumber(
  installation: Installation,
  id: string,
  last: Acknowledgement | undefined,
): Promise<number> {
  const taken = new Set((await listNumbers(installation)).get(id));
  let number = (last?.number ?? 0) + 1;
  while (taken.has(number)) number += 1;
  return number;
}

export type AcknowledgementChange = {
  readonly id: string;
  readonly reason: string;
  readonly withdrawn: boolean;
};

/** Signs a record. Throws `conflict` if every reader would ignore it, so that nothing would change. */
async function signRecord(
  { publisher, publishers }: Installation,
  record: Acknowledgement,
): Promise<string> {
  const text = await signText(await publisher(), recordType, record);
  await verifyText(await publishers(), text).catch((thrown: unknown) => {
    throw new OperatorFailure(
      'conflict',
      `the record would not count: ${reasonOf(thrown)}; repair what doctor says of the publisher first`,
    );
  });
  return text;
}

/** Throws `conflict` for a record that would change nothing. */
function checkChange(
  { id, degree, withdrawn }: FoundProblem & AcknowledgementChange,
  last: Acknowledgement | undefined,
  now: number,
): void {
  const accepted = isAccepted(last, degree, now) ? last : undefined;
  if (withdrawn && accepted === undefined)
    throw new OperatorFailure('conflict', `${id} is not acknowledged`);
  if (!withdrawn && accepted !== undefined)
    throw new OperatorFailure('conflict', `${id} is acknowledged already, by ${accepted.by}`);
}

/** Adds a record. Throws `conflict` if another operator has just added one, or if it would change nothing. */
export async function writeAcknowledgement(
  installation: Installation,
  change: FoundProblem & AcknowledgementChange,
): Promise<Acknowledgement> {
  const { config, clock, by } = installation;
  const { degree, id, reason, withdrawn } = change;
  const last = (await readNewest(installation, [id])).get(id);
  checkChange(change, last, clock());
  const number = await nextNumber(installation, id, last);
  const at = new Date(clock()).toISOString();
  const record: Acknowledgement = { id, number, at, by: await by(), reason, withdrawn, degree };
  const text = await signRecord(installation, record);
  const put = await config.put(recordKey(id, number), encodeRecord(text), {
    ...recordOptions,
    only: 'absent',
  });
  if (put === 'taken')
    throw new OperatorFailure('conflict', `somebody else has just changed ${id}; run doctor again`);
  return record;
}
