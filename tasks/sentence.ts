import * as v from 'valibot';
import { PortFailure } from '../shared/ports.ts';

/**
 * What may be said of a failure. Errors that nobody of us has thrown may quote what was being read,
 * which here is a secret or an event with a credential in it: of these only the kind.
 */
export function describeFailure(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'something failed that is no error';
  const ours = thrown instanceof PortFailure || thrown.name === 'Error';
  return ours ? thrown.message : `a ${thrown.name} that nobody has thought of`;
}

/** Reads an event. Throws a sentence that says where it is malformed, and not what stands there. */
export function readEvent<Schema extends v.GenericSchema>(
  schema: Schema,
  event: unknown,
): v.InferOutput<Schema> {
  const read = v.safeParse(schema, event, { abortEarly: true });
  if (read.success) return read.output;
  const where = v.getDotPath(read.issues[0]) ?? 'it';
  throw new Error(`the event is malformed: ${where} is missing or has another form`);
}
