import { timingSafeEqual } from 'node:crypto';
import type { RawRequest } from './raw-request.ts';
import { canonicalRequest, deriveSigner, printScope, sha256Hex } from './sigv4-canonical.ts';
import {
  formCredential,
  headerCredential,
  isPresigned,
  isVersion2,
  parseAmzDate,
  queryCredential,
  type Sigv4Credential,
} from './sigv4-credential.ts';

/** The credentials of a caller, and what its IAM policy allows. */
export type Identity = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** `onlyAbsent` says that the request fails if the object exists. */
  readonly allows: (action: string, resource: string, onlyAbsent?: boolean) => boolean;
};

/** Why a signature was refused. Each server has its own error for it. */
export type SignatureFault =
  | 'unsigned'
  /** Signature Version 2, which AWS no longer accepts for new buckets. */
  | 'version_2'
  | 'two_credentials'
  | 'malformed'
  | 'unknown_key'
  | 'wrong_scope'
  | 'headers_not_signed'
  | 'skewed'
  | 'expired'
  | 'mismatch';

/** Thrown by `verifySignature`. `fault` is the reason. */
export class SignatureRefusal extends Error {
  override readonly name = 'SignatureRefusal';
  readonly fault: SignatureFault;
  constructor(fault: SignatureFault) {
    super(`signature refused: ${fault}`);
    this.fault = fault;
  }
}

/** A verified signature, and what is needed to verify chunk signatures. */
export type Verified = {
  readonly identity: Identity;
  readonly presigned: boolean;
  readonly signature: string;
  readonly amzDate: string;
  readonly scope: string;
  readonly sign: (text: string) => string;
};

export type SignatureRules = {
  readonly identities: readonly Identity[];
  readonly region: string;
  readonly service: string;
  readonly payloadHash: string;
  readonly nowMillis: number;
};

const skewMillis = 15 * 60 * 1000;

/** Verifies SigV4 in the Authorization header or the query. Throws `SignatureRefusal`. */
export function verifySignature(request: RawRequest, rules: SignatureRules): Verified {
  const credential = readCredential(request);
  const identity = findIdentity(credential, rules);
  checkScope(credential, rules);
  checkTime(credential, rules.nowMillis);
  checkSignedHeaders(credential, request);
  const canonical = canonicalRequest(request, credential.signedHeaders, rules.payloadHash);
  const scope = printScope(credential.scope);
  const toSign = ['AWS4-HMAC-SHA256', credential.amzDate, scope, sha256Hex(canonical)].join('\n');
  const sign = deriveSigner(identity.secretAccessKey, credential.scope);
  if (!isSameHex(sign(toSign), credential.signature)) throw new SignatureRefusal('mismatch');
  const { signature, amzDate, expires } = credential;
  return { identity, presigned: expires !== undefined, signature, amzDate, scope, sign };
}

/** A POST form has no time of its own: a signing key is valid for seven days. */
const formMillis = 7 * 24 * 60 * 60 * 1000;

/**
 * Verifies the signature of a browser's POST form, which covers its policy alone. Throws
 * `SignatureRefusal`. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
 */
export function verifyForm(
  fields: ReadonlyMap<string, string>,
  rules: Omit<SignatureRules, 'payloadHash'>,
): Verified {
  if (fields.has('awsaccesskeyid')) throw new SignatureRefusal('version_2');
  const policy = fields.get('policy');
  if (policy === undefined) throw new SignatureRefusal('unsigned');
  const credential = formCredential(fields);
  if (credential === undefined) throw new SignatureRefusal('malformed');
  const identity = findIdentity(credential, rules);
  checkScope(credential, rules);
  const age = rules.nowMillis - parseAmzDate(credential.amzDate);
  if (!(age >= -skewMillis)) throw new SignatureRefusal('skewed');
  if (age > formMillis) throw new SignatureRefusal('expired');
  const sign = deriveSigner(identity.secretAccessKey, credential.scope);
  if (!isSameHex(sign(policy), credential.signature)) throw new SignatureRefusal('mismatch');
  const { signature, amzDate } = credential;
  return {
    identity,
    presigned: true,
    signature,
    amzDate,
    scope: printScope(credential.scope),
    sign,
  };
}

function findIdentity(
  { accessKeyId }: Sigv4Credential,
  { identities }: Pick<SignatureRules, 'identities'>,
): Identity {
  const identity = identities.find((one) => one.accessKeyId === accessKeyId);
  if (identity === undefined) throw new SignatureRefusal('unknown_key');
  return identity;
}

/** Compares two hex digests in constant time. */
export function isSameHex(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function readCredential(request: RawRequest): Sigv4Credential {
  const inHeader = request.headers.has('authorization');
  const inQuery = isPresigned(request);
  if (isVersion2(request)) throw new SignatureRefusal('version_2');
  if (!inHeader && !inQuery) throw new SignatureRefusal('unsigned');
  if (inHeader && inQuery) throw new SignatureRefusal('two_credentials');
  const credential = inHeader ? headerCredential(request) : queryCredential(request);
  if (credential === undefined) throw new SignatureRefusal('malformed');
  return credential;
}

function checkScope(
  { scope, terminator, amzDate }: Sigv4Credential,
  rules: Pick<SignatureRules, 'region' | 'service'>,
): void {
  const isValid =
    scope.date === amzDate.slice(0, 8) &&
    scope.region === rules.region &&
    scope.service === rules.service &&
    terminator === 'aws4_request';
  if (!isValid) throw new SignatureRefusal('wrong_scope');
}

function checkTime({ amzDate, expires }: Sigv4Credential, nowMillis: number): void {
  const age = nowMillis - parseAmzDate(amzDate);
  // An invalid date, such as month 13, is NaN and would pass both comparisons.
  if (Number.isNaN(age)) throw new SignatureRefusal('malformed');
  if (age < -skewMillis) throw new SignatureRefusal('skewed');
  if (expires === undefined && age > skewMillis) throw new SignatureRefusal('skewed');
  if (expires !== undefined && age > expires * 1000) throw new SignatureRefusal('expired');
}

/** Requires every x-amz-* header to be signed. Others could be added by anyone who sees the request. */
function checkSignedHeaders({ signedHeaders }: Sigv4Credential, request: RawRequest): void {
  const signed = new Set(signedHeaders);
  const wellFormed =
    signed.size === signedHeaders.length &&
    signedHeaders.every((name, at) => at === 0 || (signedHeaders[at - 1] ?? '') < name);
  if (!wellFormed) throw new SignatureRefusal('malformed');
  const needed = [...request.headers.keys()].filter((name) => name.startsWith('x-amz-'));
  if (['host', ...needed].some((name) => !signed.has(name))) {
    throw new SignatureRefusal('headers_not_signed');
  }
}
