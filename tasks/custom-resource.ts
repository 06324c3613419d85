import { setTimeout as pause } from 'node:timers/promises';
import * as v from 'valibot';
import { describeFailure, readEvent } from './sentence.ts';

/*
 * A resource of the stack that is no resource: CloudFormation asks for it when a stack is made or
 * changed, and waits for an answer at an address of S3.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */

const text = v.pipe(v.string(), v.minLength(1));
const requestSchema = v.object({
  RequestType: text,
  /** Whoever knows it can answer in our name: it never gets into a line or a message. */
  ResponseURL: v.pipe(v.string(), v.url()),
  StackId: text,
  RequestId: text,
  LogicalResourceId: text,
});
type Request = v.InferOutput<typeof requestSchema>;

export type CustomResource = {
  /** Brings about what the resource stands for; run again, it changes nothing. */
  readonly ensure: () => Promise<unknown>;
  /** How long that may take, in milliseconds, so that there is time left to answer. */
  readonly patience: number;
};

const attempts = 3;
const answerMillis = 5_000;

async function withTimeout(work: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `it has taken longer than ${milliseconds / 1_000} seconds`;
    timer = setTimeout(() => reject(new Error(message)), milliseconds);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Why the request could not be granted; nothing when it is. Secrets outlive the stack. */
async function failureOf({ RequestType }: Request, deps: CustomResource) {
  if (RequestType === 'Delete') return undefined;
  if (RequestType !== 'Create' && RequestType !== 'Update')
    return 'CloudFormation asks for what is none of Create, Update and Delete';
  try {
    await withTimeout(deps.ensure(), deps.patience);
    return undefined;
  } catch (thrown) {
    return describeFailure(thrown);
  }
}

function printAnswer(request: Request, failure: string | undefined): string {
  const { StackId, RequestId, LogicalResourceId } = request;
  return JSON.stringify({
    Status: failure === undefined ? 'SUCCESS' : 'FAILED',
    Reason: failure ?? 'The secrets are there.',
    PhysicalResourceId: 'signet-secrets',
    StackId,
    RequestId,
    LogicalResourceId,
    NoEcho: true,
  });
}

/** Puts the answer where it is waited for; the outcome is nothing, or what went wrong. */
async function put(url: string, body: string): Promise<string | undefined> {
  try {
    const answer = await fetch(url, {
      method: 'PUT',
      body,
      // The address was signed for a request without one.
      headers: { 'content-type': '' },
      signal: AbortSignal.timeout(answerMillis),
    });
    await answer.arrayBuffer();
    return answer.ok ? undefined : `status ${answer.status}`;
  } catch {
    // Its message may quote the address.
    return 'no answer';
  }
}

async function deliver(url: string, body: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const failure = await put(url, body);
    if (failure === undefined) return;
    if (attempt === attempts)
      throw new Error(`CloudFormation has not taken the answer: ${failure}`);
    await pause(attempt * 200);
  }
}

/**
 * Grants a request of CloudFormation and answers it, also when it failed: a stack waits an hour for
 * an answer. Throws a sentence when it cannot be answered. The result is what went wrong, or nothing.
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
