import { limits as sizes } from '../limits.ts';
import { type Clock, PortFailure, type SecretReader } from '../ports.ts';
import type { AwsAccess } from './aws-client.ts';
import type { HttpAnswer } from './exchange.ts';
import {
  answerFailure,
  createSignedRead,
  type ReadLimits,
  type Service,
  type SignedRead,
} from './signed-read.ts';

/** Reads a body as a JSON object; undefined if it is not one. */
function readJson({ body }: HttpAnswer): Readonly<Record<string, unknown>> | undefined {
  if (body === 'too-large') return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString());
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** With or without a namespace: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
const errorForm = /^(?:[A-Za-z0-9.]{1,64}#)?(?<code>[A-Za-z][A-Za-z0-9.]{0,63})(?=$|[:,])/;

/** The code of an error. Only this form goes to the log: the rest may contain secrets. */
function errorCode(answer: HttpAnswer): string | undefined {
  const { 'x-amzn-errortype': header } = answer.headers;
  const type = header ?? readJson(answer)?.['__type'];
  return errorForm.exec(String(type ?? ''))?.groups?.['code'];
}

function originOf({ region, endpoint }: AwsAccess): string {
  return endpoint === undefined
    ? `https://secretsmanager.${region}.amazonaws.com`
    : new URL(endpoint).origin;
}

const headers = {
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': 'secretsmanager.GetSecretValue',
} as const;

async function read(signedRead: SignedRead, id: string): Promise<string | undefined> {
  const what = `Secrets Manager read of ${id}`;
  const body = JSON.stringify({ SecretId: id });
  const maxBytes = sizes.secretAnswerBytes;
  const answer = await signedRead({ what, method: 'POST', path: '/', headers, body, maxBytes });
  if (answer.code === 'ResourceNotFoundException') return undefined;
  if (answer.status !== 200) throw answerFailure(what, answer);
  const json = readJson(answer);
  if (json === undefined) throw new PortFailure(`${what} failed: the answer is not JSON`);
  const { SecretString: text } = json;
  return typeof text === 'string' ? text : undefined;
}

/** Implements `SecretReader` with Secrets Manager, without the SDK. */
export function secretsReader(access: AwsAccess, limits: ReadLimits, clock: Clock): SecretReader {
  const origin = originOf(access);
  const service: Service = {
    title: 'Secrets Manager',
    signedAs: 'secretsmanager',
    origin,
    errorCode,
  };
  const signedRead = createSignedRead(access, service, limits, clock);
  return { read: (id) => read(signedRead, id) };
}
