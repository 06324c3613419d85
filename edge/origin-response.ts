import { fileURLToPath } from 'node:url';
import type {
  CloudFrontResponse,
  CloudFrontResponseEvent,
  CloudFrontResultResponse,
} from 'aws-lambda';
import { systemClock } from '../shared/adapters/clock.ts';
import { nodeCrypto } from '../shared/adapters/crypto.ts';
import { nodePacker } from '../shared/adapters/packer.ts';
import { systemRandom } from '../shared/adapters/random.ts';
import { s3Client, s3Store } from '../shared/adapters/s3.ts';
import { secretsClient, secretsManager } from '../shared/adapters/secrets-manager.ts';
import { sourceReaders } from '../shared/adapters/source-buckets.ts';
import { continuationKeyring } from '../shared/keys/keyring.ts';
import { keyringStore, secretIdsOf } from '../shared/keys/store.ts';
import { limits } from '../shared/limits.ts';
import { cacheTags } from '../shared/objects/derivatives.ts';
import { typicalPolicy } from '../shared/policy/typical-policy.ts';
import { seconds } from '../shared/ports.ts';
import { type Derivative, parseKey } from '../shared/recipe/storage-key.ts';
import { asRefusal, Refusal } from '../shared/refusal.ts';
import { policyStore } from '../shared/versions/cache.ts';
import { signedPolicies } from '../shared/versions/loading.ts';
import { config } from './config.ts';
import { startDrawing } from './drawing.ts';
import { logFailure, refusalFields, writeLine } from './log.ts';
import type { LogLine } from './log-line.ts';
import { type Made, type MakeDeps, make } from './make.ts';
import { emptyBody, overwrite, refusalAnswer } from './response.ts';
import { createSampler } from './sampling.ts';
import { withTimeout } from './timeout.ts';

// The first statement of the module, so that the process starts while keys and policies are read.
const drawing = startDrawing(fileURLToPath(new URL('./draw.mjs', import.meta.url)));

/** The function has thirty seconds and may read a source of 50 MB. */
const patience = { connectionTimeout: 1_000, requestTimeout: 8_000, maxAttempts: 2 };

const sample = createSampler({ ...config.sampling, clock: systemClock, random: systemRandom });

/** The viewer function has verified the signature of every request that comes here. */
const write = (line: LogLine): void =>
  writeLine(line, systemClock(), { metrics: config.metrics, weight: sample(line, true) });

const onFailure = (reason: string): void => logFailure('origin-response', reason, systemClock());

const runtime = { clock: systemClock, random: systemRandom, onFailure };
const s3 = s3Client(config.s3, patience);

// Module scope outlives a request, so connections, keys and policies are reused.
const continuationKeys = keyringStore({
  ...runtime,
  secrets: secretsManager(secretsClient(config.secretsManager, patience)),
  id: secretIdsOf(config.secretsPrefix).render,
  open: (secret) => continuationKeyring(nodeCrypto, secret),
  freshness: config.keyFreshness,
});

const publishers = async () => (await continuationKeys.read()).publishers;

const policies = policyStore({
  ...runtime,
  open: signedPolicies(nodeCrypto, publishers),
  publishers,
  packer: nodePacker(typicalPolicy),
  config: s3Store(s3, config.buckets.config),
  freshness: config.policyFreshness,
});

const deps: MakeDeps = {
  crypto: nodeCrypto,
  now: () => seconds(systemClock),
  policies,
  continuationKeys,
  sources: sourceReaders(s3Store(s3, config.buckets.sources), config.sources, {
    access: config.s3,
    patience,
  }),
  disabledFormats: config.disabledFormats,
  derivatives: s3Store(s3, config.buckets.derivatives),
  render: drawing.draw,
  engine: config.engine,
  onFailure,
};

// Reads the keys and the list of changes at start, so that the first request need not wait.
continuationKeys.read().catch(() => undefined);
void policies.prepare();

type Base = Pick<LogLine, 'function' | 'requestId'>;

/** Logs a denial as an error: it means that the two functions disagree about a request. */
function raiseDenial(refusal: Refusal): Pick<LogLine, 'outcome' | 'level' | 'reason'> {
  const denial = /^(?:denied_|forbidden|malformed)/.test(refusal.code);
  const fields = refusalFields(refusal);
  return denial && !refusal.detail.aboutSource ? { ...fields, level: 'error' } : fields;
}

function derivativeFields({ tenant, path, recipe }: Derivative): Partial<LogLine> {
  return { tenant, path, recipe: recipe.text };
}

const renderedOutcome = { outcome: 'rendered', level: 'info' } as const;

async function makeMissing(base: Base, uri: string, method: string): Promise<Made['answer']> {
  const started = performance.now();
  let known: Partial<LogLine> = {};
  let tags: string | undefined;
  const note = (fields: Pick<LogLine, 'outcome' | 'level'> & Partial<LogLine>): void => {
    const milliseconds = Math.round(performance.now() - started);
    write({ ...base, ...fields, ...known, milliseconds });
  };
  try {
    const derivative = parseKey(uri);
    known = derivativeFields(derivative);
    tags = cacheTags(nodeCrypto, derivative);
    const answered = new AbortController();
    const { answer, refusal, ...sizes } = await withTimeout(
      limits.renderRequestSeconds,
      make(deps, { derivative, method }, answered.signal),
      () => answered.abort(),
    );
    const outcome =
      refusal === undefined ? renderedOutcome : { ...refusalFields(refusal), fallback: true };
    note({ ...outcome, ...sizes });
    return answer;
  } catch (thrown) {
    const refusal = asRefusal(thrown);
    note(raiseDenial(refusal));
    return refusalAnswer(refusal, tags);
  } finally {
    // Lambda freezes all processes after the answer. A drawing must not go on with the next event.
    await drawing.idle();
  }
}

/** The log fields of a key; none for a key that Signet did not write. */
function derivativeFieldsOf(uri: string): Partial<LogLine> {
  try {
    return derivativeFields(parseKey(uri));
  } catch {
    return {};
  }
}

/** Handles an answer of S3. Answers about the derivative pass; S3's own errors become `unavailable`. */
function passOn(base: Base, uri: string, response: CloudFrontResponse): CloudFrontResultResponse {
  const { status } = response;
  const line = { ...base, ...derivativeFieldsOf(uri), outcome: 'stored', level: 'info' } as const;
  if (status === '412' || status === '416') return emptyBody(response);
  if (status === '200' || status === '206' || status === '304') {
    write(line);
    return response;
  }
  const refusal = new Refusal('unavailable', `S3 answered ${status}`);
  write({ ...base, ...refusalFields(refusal) });
  return overwrite(response, refusalAnswer(refusal));
}

/**
 * The entry of origin-response, which runs on a cache miss: makes what S3 does not have, and passes
 * on the rest.
 */
export async function handler(event: CloudFrontResponseEvent): Promise<CloudFrontResultResponse> {
  const [record] = event.Records;
  if (record === undefined) throw new Error('the event has no record');
  const { request, response, config: about } = record.cf;
  const base: Base = { function: 'origin-response', requestId: about.requestId };
  if (response.status !== '404') return passOn(base, request.uri, response);
  return overwrite(response, await makeMissing(base, request.uri, request.method));
}
