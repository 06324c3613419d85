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

/** What the template reads with `Fn::GetAtt`. */
export type ResourceAttributes = Readonly<Record<string, string>>;

/** The work behind a custom resource. */
export type CustomResource = {
  /**
   * Creates what the resource stands for, and returns its attributes, none of them secret. It is idempotent. `before`
   * has the properties before an update.
   */
  readonly ensure: (before: Properties | undefined) => Promise<ResourceAttributes>;
  /** How long `ensure` may take, in milliseconds, so that there is time left to answer. */
  readonly patience: number;
};

const attempts = 3;
const answerMillis = 5_000;

async function withTimeout<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const message = `it took longer than ${milliseconds / 1_000} seconds`;
    timer = setTimeout(() => reject(new Error(message)), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** The attributes of the resource, or what went wrong. */
type Outcome = { readonly attributes: ResourceAttributes } | { readonly failure: string };

/** Handles the request. `Delete` does nothing, because secrets outlive the stack. */
async function ensureResource(request: Request, deps: CustomResource): Promise<Outcome> {
  const { RequestType, OldResourceProperties } = request;
  if (RequestType === 'Delete') return { attributes: {} };
  if (RequestType !== 'Create' && RequestType !== 'Update')
    return { failure: 'the RequestType is not Create, Update or Delete' };
  try {
    return { attributes: await withTimeout(deps.ensure(OldResourceProperties), deps.patience) };
  } catch (thrown) {
    return { failure: describeFailure(thrown) };
  }
}

function printAnswer({ StackId, RequestId, LogicalResourceId }: Request, outcome: Outcome): string {
  const isDone = 'attributes' in outcome;
  return JSON.stringify({
    Status: isDone ? 'SUCCESS' : 'FAILED',
    Reason: isDone ? 'The secrets exist.' : outcome.failure,
    PhysicalResourceId: 'signet-secrets',
    StackId,
    RequestId,
    LogicalResourceId,
    ...(isDone ? { Data: outcome.attributes } : {}),
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
  const outcome = await ensureResource(request, deps);
  await deliver(request.ResponseURL, printAnswer(request, outcome));
  return 'failure' in outcome ? outcome.failure : undefined;
}
