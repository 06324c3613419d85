import type {
  CloudFrontRequest,
  CloudFrontRequestEvent,
  CloudFrontRequestResult,
  CloudFrontResultResponse,
} from 'aws-lambda';
import { systemClock } from '../shared/adapters/clock.ts';
import { nodeCrypto } from '../shared/adapters/crypto.ts';
import { nodePacker } from '../shared/adapters/packer.ts';
import { systemRandom } from '../shared/adapters/random.ts';
import { s3Reader } from '../shared/adapters/s3-reader.ts';
import { secretsReader } from '../shared/adapters/secrets-reader.ts';
import { corsHeaders, preflightHeaders } from '../shared/deployment/cors.ts';
import { rootKeyring } from '../shared/keys/keyring.ts';
import { keyringStore, secretIdsOf } from '../shared/keys/store.ts';
import { limits } from '../shared/limits.ts';
import { typicalPolicy } from '../shared/policy/typical-policy.ts';
import { seconds } from '../shared/ports.ts';
import { answerOf, asRefusal, refusals } from '../shared/refusal.ts';
import { rememberedReading } from '../shared/request/remembered.ts';
import { policyStore } from '../shared/versions/cache.ts';
import { signedPolicies } from '../shared/versions/loading.ts';
import { config } from './config.ts';
import { type GateDeps, gate } from './gate.ts';
import { logFailure, refusalFields, urlFields, writeLine } from './log.ts';
import type { LogLine } from './log-line.ts';
import { cloudFrontHeaders, describeStatus } from './response.ts';
import { createSampler } from './sampling.ts';
import { limitReading, withTimeout } from './timeout.ts';
import { createTrace } from './trace.ts';

const reading = limitReading(limits.viewerReadSeconds);
const readLimits = {
  tryMilliseconds: limits.viewerTrySeconds * 1_000,
  deadline: reading.deadline,
};

const sample = createSampler({ ...config.sampling, clock: systemClock, random: systemRandom });

const onFailure = (reason: string): void => logFailure('viewer-request', reason, systemClock());

const runtime = { clock: systemClock, random: systemRandom, onFailure };

// Module scope outlives a request, so connections, keys and policies are reused.
const keys = keyringStore({
  ...runtime,
  secrets: secretsReader(config.secretsManager, readLimits, systemClock),
  id: secretIdsOf(config.secretsPrefix).roots,
  open: (secret) => rootKeyring(nodeCrypto, secret),
  freshness: config.keyFreshness,
});

const publishers = async () => (await keys.read()).publishers;

const policies = policyStore({
  ...runtime,
  open: signedPolicies(nodeCrypto, publishers),
  publishers,
  packer: nodePacker(typicalPolicy),
  config: s3Reader(config.s3, config.buckets.config, readLimits, systemClock),
  freshness: config.policyFreshness,
});

const deps: GateDeps = {
  crypto: nodeCrypto,
  now: () => seconds(systemClock),
  hosts: config.hosts,
  keys,
  policies,
  reading: rememberedReading(),
};

// Reads the keys and the list of changes at start, so that the first request need not wait. If this
// fails, that request tries again.
deps.keys.read().catch(() => undefined);
void policies.prepare();

function toRefusalResponse(thrown: unknown, origin: string | undefined): CloudFrontResultResponse {
  const { status, headers, body } = answerOf(asRefusal(thrown));
  const withCors = { ...headers, ...corsHeaders(config.corsOrigins, origin) };
  return { ...describeStatus(status), headers: cloudFrontHeaders(withCors), body };
}

/** Browsers ask with OPTIONS before a page may send some headers. It needs no signature, as it reads nothing. */
function answerOptions(origin: string | undefined): CloudFrontResultResponse {
  const { allow } = refusals.method.headers;
  const headers = { allow, 'cache-control': 'no-store' };
  const withCors = { ...headers, ...preflightHeaders(config.corsOrigins, origin) };
  return { ...describeStatus(204), headers: cloudFrontHeaders(withCors) };
}

/** A header may have several lines. RFC 9110 joins them with commas. */
function joinLines({ headers }: CloudFrontRequest, name: string): string | undefined {
  const lines = headers[name];
  return lines?.length === 1 ? lines[0]?.value : lines?.map(({ value }) => value).join(',');
}

/** HTTP/2 may split cookies into several lines (RFC 9113, section 8.2.3). */
function cookieOf({ headers }: CloudFrontRequest): string | undefined {
  return headers['cookie']?.map(({ value }) => value).join('; ');
}

const hostOf = ({ headers }: CloudFrontRequest): string | undefined => headers['host']?.[0]?.value;

/**
 * The entry of viewer-request, which runs on every view: replaces the URL by its key, or answers
 * with a refusal.
 */
export async function handler(event: CloudFrontRequestEvent): Promise<CloudFrontRequestResult> {
  const [record] = event.Records;
  if (record === undefined) throw new Error('the event has no record');
  const { request, config: about } = record.cf;
  const origin = joinLines(request, 'origin');
  const trace = createTrace();
  const base = { function: 'viewer-request', requestId: about.requestId } as const;
  const write = (fields: LogLine): void => {
    const url = trace.url();
    const { outcome, level, reported } = fields;
    const sampled = { outcome, level, reported, tenant: url?.tenant, kid: url?.kid };
    const weight = sample(sampled, trace.isVerified());
    if (weight > 0)
      writeLine({ ...fields, ...urlFields(url) }, systemClock(), {
        metrics: config.metrics,
        weight,
      });
  };
  if (request.method === 'OPTIONS') {
    write({ ...base, outcome: 'options', level: 'info' });
    return answerOptions(origin);
  }
  reading.begin();
  try {
    const asked = {
      method: request.method,
      uri: request.uri,
      querystring: request.querystring,
      accept: joinLines(request, 'accept'),
      cookie: cookieOf(request),
      host: hostOf(request),
      page: config.corsOrigins.length === 0 ? undefined : origin,
    };
    const deciding = gate(asked, deps, trace.observe);
    const { uri } = await withTimeout(limits.viewerRequestSeconds, deciding);
    write({ ...base, outcome: 'allowed', level: 'info', reported: trace.reported()?.code });
    request.uri = uri;
    request.querystring = '';
    return request;
  } catch (thrown) {
    write({ ...base, ...refusalFields(thrown) });
    return toRefusalResponse(thrown, origin);
  }
}
