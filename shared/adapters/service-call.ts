import type { Clock } from '../ports.ts';
import { type AwsAccess, portFailure } from './aws-client.ts';
import type { Credentials } from './lambda-credentials.ts';
import { createSigner, type ServiceRequest, type SignedService } from './sigv4.ts';

/*
 * Single calls to services of which the commands use one answer each. Their SDK clients would be a tenth of what an
 * installation has to download.
 */

export type ServiceCallOptions = {
  readonly region: string;
  /** Where commands find credentials, such as those of another SDK client. */
  readonly credentials: () => Promise<Credentials>;
  readonly clock: Clock;
  readonly milliseconds: number;
};

/** The variables in which the SDK looks for another endpoint of all services or of one. */
function endpointOf(service: SignedService, region: string): string {
  const own = process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`];
  return own || process.env['AWS_ENDPOINT_URL'] || `https://${service}.${region}.amazonaws.com`;
}

/** The error of a service as an SDK client throws it. */
function answerError(headers: Headers, status: number, text: string): Error {
  const [, inBody] = /(?:<Code>|"__type"\s*:\s*")([\w.#]+)/.exec(text) ?? [];
  const named = headers.get('x-amzn-errortype') ?? inBody ?? 'error';
  const name = named.split(':')[0]?.split('#').at(-1) ?? named;
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode: status } });
}

/**
 * Calls a service once, in one Region. Returns the text of the answer. Throws `PortFailure` as the adapters of SDK
 * clients do. `permission` is the action that a policy has to allow.
 */
export async function callService(
  service: SignedService,
  { region, credentials, clock, milliseconds }: ServiceCallOptions,
  request: Omit<ServiceRequest, 'origin'> & { readonly permission?: string },
): Promise<string> {
  const { permission, ...asked } = request;
  const access: AwsAccess = { region };
  const signed = { ...asked, origin: endpointOf(service, region) };
  try {
    const headers = await createSigner(access, service, credentials)(signed, new Date(clock()));
    const answer = await fetch(`${signed.origin}${signed.path}`, {
      method: signed.method,
      headers: { ...headers },
      signal: AbortSignal.timeout(milliseconds),
      ...(signed.body === undefined ? {} : { body: signed.body }),
    });
    const text = await answer.text();
    if (!answer.ok) throw answerError(answer.headers, answer.status, text);
    return text;
  } catch (thrown) {
    throw portFailure(`a call to ${service} in ${region}`, thrown, permission);
  }
}
