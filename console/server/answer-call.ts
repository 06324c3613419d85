import type { IncomingMessage, ServerResponse } from 'node:http';
import * as v from 'valibot';
import { usageFailure } from '../../operator/failure.ts';
import { quietly } from '../../operator/tenants/outcomes.ts';
import { answerInLines, type LinesAnswer, linesType, sendFailure, sendJson } from './answer.ts';
import type { CallContext, ServerCall } from './call.ts';
import { calls } from './calls.ts';
import { readJsonBody } from './request-body.ts';

/** Bytes of a request: a policy of 64 kB, escaped, and its reason. */
const maxRequest = 1_000_000;

const callNamed = (name: string): ServerCall<v.GenericSchema, unknown> | undefined =>
  Object.hasOwn(calls, name)
    ? ((calls as Readonly<Record<string, unknown>>)[name] as ServerCall<v.GenericSchema, unknown>)
    : undefined;

/** Checks what the page sent. Throws `usage` with the first place that is wrong. */
export function checkInput<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const place = v.getDotPath(issue);
  throw usageFailure(place === null ? issue.message : `${place}: ${issue.message}`);
}

/** Aborts when the connection ends before the answer does. */
export function abortedWith(response: ServerResponse): AbortSignal {
  const control = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) control.abort();
  });
  return control.signal;
}

const answerAtOnce = (response: ServerResponse, local: boolean): LinesAnswer => ({
  startProgress: quietly.startProgress,
  sendValue: (value) => sendJson(response, 200, value),
  sendFailure: (thrown) => sendFailure(response, thrown, local),
});

/** Answers `POST /api/NAME`. The type of the content keeps out forms of other pages. */
export async function answerCall(
  context: CallContext,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const begin = request.headers.accept === linesType ? answerInLines : answerAtOnce;
  const answer = begin(response, context.target === 'local');
  try {
    if (request.headers['content-type'] !== 'application/json')
      throw usageFailure('send JSON with content-type: application/json');
    const found = callNamed(name);
    if (found === undefined) throw usageFailure(`there is no call ${name}`);
    const input = checkInput(found.input, await readJsonBody(request, maxRequest));
    const { startProgress } = answer;
    const work = { ...context, startProgress, signal: abortedWith(response) };
    answer.sendValue((await found.run(work, input)) ?? null);
  } catch (thrown) {
    answer.sendFailure(thrown);
  }
}
