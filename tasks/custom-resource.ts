import { setTimeout as pause } from 'node:timers/promises';
import * as v from 'valibot';
import { describeFailure, readEvent } from './sentence.ts';

/*
 * A custom resource: CloudFormation sends a request when a stack is created or changed, and waits for an
 * answer at a URL of S3.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */

const text = v.pipe(v.string(), v.minLength(1));
const requestSchema = v.object({
  RequestType: text,
  /** A secret: anyone who knows it can answer for the stack. It never appears in a log or a message. */
  ResponseURL: v.pipe(v.string(), v.url()),
  StackId: text,
  RequestId: text,
  LogicalResourceId: text,
  /** The properties before an update. */
  OldResourceProperties: v.optional(v.record(v.string(), v.unknown())),
});
type Request = v.InferOutput<typeof requestSchema>;

export type Properties = Readonly<Record<string, unknown>>;

/** The work behind a custom resource. */
export type CustomResource = {
  /** Creates what the resource stands for. It is idempotent. `before` has the properties before an update. */
  readonly ensure: (before: Properties | undefined) => Promise<unknown>;
  /** How long `ensure` may take, in milliseconds, so that there is time left to answer. */
  readonly patience: number;
};

const attempts = 3;
const answerMillis = 5_000;

async function withTimeout(work: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `it took longer than ${milliseconds / 1_000} seconds`;
    timer = setTimeout(() => reject(new Error(message)), milliseconds);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/**
 * Handles the request. Returns what went wrong. `Delete` does nothing, because secrets outlive the
 * stack.
 */
async function failureOf(request: Request, deps: CustomResource) {
  const { RequestType, OldResourceProperties } = request;
  if (RequestType === 'Delete') return undefined;
  if (RequestType !== 'Create' && RequestType !== 'Update')
    return 'the RequestType is not Create, Update or Delete';
  try {
    await withTimeout(deps.ensure(OldResourceProperties), deps.patience);
    return undefined;
  } catch (thrown) {
    return describeFailure(thrown);
  }
}

function printAnswer(request: Request, failure: string | undefined): string {
  const { StackId, RequestId, LogicalResourceId } = request;
  return JSON.stringify({
    Status: failure === undefined ? 'SUCCESS' : 'FAILED',
    Reason: failure ?? 'The secrets exist.',
    PhysicalResourceId: 'signet-secrets',
    StackId,
    RequestId,
    LogicalResourceId,
    NoEcho: true,
  });
}

/** Sends the answer to the URL. Returns what went wrong. */
async function put(url: string, body: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, {
      method: 'PUT',
      body,
      // The URL is signed for a request without a content type.
      headers: { 'content-type': '' },
      signal: AbortSignal.timeout(answerMillis),
    });
    await answer.arrayBuffer();
    return answer.ok ? undefined : `status ${answer.status}`;
  } catch {
    // The message of the error may contain the URL.
    return 'no answer';
  }
}

async function deliver(url: string, body: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const failure = await put(url, body);
    if (failure === undefined) return;
    if (attempt === attempts)
      throw new Error(`CloudFormation did not accept the answer: ${failure}`);
    await pause(attempt * 200);
  }
}

/**
 * Handles a request of CloudFormation and answers it, also after a failure, because a stack waits an
 * hour for an answer. Returns what went wrong. Throws if the answer cannot be delivered.
 */
export async function answerCustomResource(
  event: unknown,
  deps: CustomResource,
): Promise<string | undefined> {
  const request = readEvent(requestSchema, event);
  const failure = await failureOf(request, deps);
  await deliver(request.ResponseURL, printAnswer(request, failure));
  return failure;
}
