import type { ProgressLine } from '../server/answer.ts';
import type { CallFailure, CallInput, CallName, CallOutput } from '../server/calls.ts';

/** A call that the server refused. The message is the one of the command line. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const silent = new CallError(
  'silent',
  'The console does not answer. Start it again, and open the address that it prints.',
);

async function failureOf(response: Response): Promise<CallError> {
  const text = await response.text();
  if (response.status === 401) return new CallError('signed_out', text.trim());
  try {
    const { error, message } = JSON.parse(text) as CallFailure;
    return new CallError(error, message);
  } catch {
    return new CallError('internal', text.trim());
  }
}

/** Sends a request to the console. Throws `CallError`, also if nothing answers. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(path, init).catch((thrown: unknown) => {
    if (init.signal?.aborted === true) throw thrown;
    throw silent;
  });
  if (!response.ok) throw await failureOf(response);
  return response;
}

/** Calls a function of the server. Throws `CallError`. */
export async function call<N extends CallName>(
  name: N,
  input: CallInput<N>,
  signal?: AbortSignal,
): Promise<CallOutput<N>> {
  const response = await request(`/api/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(input),
    ...(signal === undefined ? {} : { signal }),
  });
  return (await response.json()) as CallOutput<N>;
}

type AnswerLine<T> =
  | { readonly progress: ProgressLine }
  | { readonly value: T }
  | { readonly failure: CallFailure };

/** The texts of an answer between two separators, as they arrive. */
export async function* splitAnswer(response: Response, separator: string): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let held = '';
  for (;;) {
    const { done = true, value = '' } = (await reader?.read().catch(() => undefined)) ?? {};
    const parts = `${held}${value}`.split(separator);
    held = parts.pop() ?? '';
    yield* parts;
    if (done) return;
  }
}

/** Calls a function that takes long, and tells how far it has come. Throws `CallError`. */
export async function callWithProgress<N extends CallName>(
  name: N,
  input: CallInput<N>,
  onProgress: (progress: ProgressLine) => void,
  signal?: AbortSignal,
): Promise<CallOutput<N>> {
  const response = await request(`/api/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/x-ndjson' },
    body: JSON.stringify(input),
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const text of splitAnswer(response, '\n')) {
    const line = JSON.parse(text) as AnswerLine<CallOutput<N>>;
    if ('value' in line) return line.value;
    if ('failure' in line) throw new CallError(line.failure.error, line.failure.message);
    onProgress(line.progress);
  }
  signal?.throwIfAborted();
  throw silent;
}

/** The message of anything that was thrown. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);
