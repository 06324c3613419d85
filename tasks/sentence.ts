import * as v from 'valibot';
import { PortFailure } from '../shared/ports.ts';

/**
 * Describes a failure for the log. Errors of other code may quote the input, which here is a secret or
 * an event with a credential, so only their kind is named.
 */
export function describeFailure(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'something that is not an Error was thrown';
  const ours = thrown instanceof PortFailure || thrown.name === 'Error';
  return ours ? thrown.message : `an unexpected ${thrown.name}`;
}

/** Reads an event. The error names the malformed field but never quotes its value. */
export function readEvent<Schema extends v.GenericSchema>(
  schema: Schema,
  event: unknown,
): v.InferOutput<Schema> {
  const read = v.safeParse(schema, event, { abortEarly: true });
  if (read.success) return read.output;
  const where = v.getDotPath(read.issues[0]) ?? 'it';
  throw new Error(`the event is malformed: ${where} is missing or invalid`);
}
