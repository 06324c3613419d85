import type { IncomingMessage, ServerResponse } from 'node:http';
import * as v from 'valibot';
import { usageFailure } from '../../operator/failure.ts';
import { sendFailure, sendJson } from './answer.ts';
import type { Call, CallContext } from './call.ts';
import { calls } from './calls.ts';
import { readJsonBody } from './request-body.ts';

/** Bytes of a request: a policy of 64 kB, escaped, and its reason. */
const maxRequest = 1_000_000;

const callNamed = (name: string): Call<v.GenericSchema, unknown> | undefined =>
  Object.hasOwn(calls, name)
    ? ((calls as Readonly<Record<string, unknown>>)[name] as Call<v.GenericSchema, unknown>)
    : undefined;

/** Throws `usage` with the first place that is wrong. */
function checkInput(schema: v.GenericSchema, value: unknown): unknown {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const place = v.getDotPath(issue);
  throw usageFailure(place === null ? issue.message : `${place}: ${issue.message}`);
}

/** Aborts when the connection ends before the answer does. */
function abortedWith(response: ServerResponse): AbortSignal {
  const control = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) control.abort();
  });
  return control.signal;
}

/** Answers `POST /api/NAME`. The type of the content keeps out forms of other pages. */
export async function runCall(
  context: CallContext,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (request.headers['content-type'] !== 'application/json')
      throw usageFailure('send JSON with content-type: application/json');
    const found = callNamed(name);
    if (found === undefined) throw usageFailure(`there is no call ${name}`);
    const input = checkInput(found.input, await readJsonBody(request, maxRequest));
    const work = { ...context, signal: abortedWith(response) };
    sendJson(response, 200, (await found.run(work, input)) ?? null);
  } catch (thrown) {
    sendFailure(response, thrown, context.target === 'local');
  }
}
