import { nodeCrypto } from '../../shared/adapters/crypto.ts';
import { type MintRequest, mint, mintTarget } from '../../shared/request/mint.ts';
import { sign, signedMessage, verifyUrlSignature } from '../../shared/url/signature.ts';
import vectors from '../../test/vectors/signature.json' with { type: 'json' };
import { knownExp, knownUrl, signerOf } from './known-signer.ts';
import { type SignatureCase, signatureCases, signatureNotes } from './signature-cases.ts';
import {
  mistakeNotes,
  mistakeVectors,
  normalFormMistakes,
  type SigningMistake,
} from './signing-mistakes.ts';
import { type Vector, vectorFile } from './vector-file.ts';

function mintRequestOf(testCase: SignatureCase): MintRequest {
  const { tenant = 'acme', path = 'cat.jpg', query, exp = knownExp } = testCase;
  const usual = query === undefined ? ['resize,w_400'] : [];
  const { operations = usual } = testCase;
  const common = { tenant, path, operations, exp: exp ?? undefined };
  return query === undefined ? common : { ...common, query };
}

/** Signs a request and returns its parts. */
function signRequest(testCase: SignatureCase) {
  const request = mintRequestOf(testCase);
  const signer = signerOf(request.tenant, testCase.kid);
  const { exp, query, tenant } = request;
  const parts = {
    kid: signer.kid,
    exp: exp === undefined ? undefined : String(exp),
    target: mintTarget(request),
    ...(query === undefined ? {} : { query }),
  };
  const sig = sign(nodeCrypto, signer.signingKey, parts);
  return { request, tenant, signer, signingKey: signer.signingKey, parts, sig };
}

/** The vector of a case, as `mint` signs it. */
function vector(testCase: SignatureCase): Vector {
  const { request, signer, parts, sig } = signRequest(testCase);
  const { tenant, path, operations, query, exp = null } = request;
  const { url = knownUrl, comment, flags } = testCase;
  const minted = mint(nodeCrypto, url, request, signer);
  return {
    comment,
    flags,
    url,
    tenant,
    kid: signer.kid,
    signingKey: signer.signingKey,
    path,
    operations,
    ...(query === undefined ? {} : { query }),
    exp,
    message: signedMessage(parts),
    sig,
    pathAndQuery: minted.slice(url.replace(/\/$/, '').length),
    result: 'valid',
  };
}

/** The same request with a signature that the service rejects. */
function mistakeVector(
  testCase: SignatureCase,
  { flag, comment, makeSignature }: SigningMistake,
): Vector {
  const right = vector(testCase);
  const { signingKey, parts, tenant, sig } = signRequest(testCase);
  const wrong = makeSignature({ signingKey, parts, tenant, sig });
  if (verifyUrlSignature(nodeCrypto, signingKey, parts, wrong))
    throw new Error(`${comment}: the service accepts this signature`);
  const pathAndQuery = String(right['pathAndQuery']).replace(sig, wrong);
  return { ...right, comment, flags: [flag], sig: wrong, pathAndQuery, result: 'invalid' };
}

/** A path with which every mistake gives a wrong signature. */
const revealingPath = { comment: '', flags: [], path: 'sale 50%+ (new).jpg' };
const composed = { comment: '', flags: [], path: 'caf\u00e9.jpg' };
const decomposed = { comment: '', flags: [], path: 'cafe\u0301.jpg' };

function mistakes(): readonly Vector[] {
  const [toComposed, toDecomposed] = normalFormMistakes;
  if (toComposed === undefined || toDecomposed === undefined) throw new Error('a form is missing');
  return [
    ...mistakeVectors.map((one) => mistakeVector(revealingPath, one)),
    mistakeVector(decomposed, toComposed),
    mistakeVector(composed, toDecomposed),
  ];
}

/** Throws unless this code reproduces the vectors of the specification. */
function checkSpecification(tests: readonly Vector[]): void {
  for (const { comment, message, sig, url } of vectors.signatures) {
    const own = tests.find((test) => test.comment === comment);
    const same = own?.['message'] === message && own?.['sig'] === sig;
    if (!same || own?.['pathAndQuery'] !== url.slice(knownUrl.length))
      throw new Error(`the vector "${comment}" of the specification is not reproduced`);
  }
}

/** Returns the text of signatures.json. */
export function signatures(): string {
  const tests = signatureCases.map(vector);
  checkSpecification(tests);
  return vectorFile({
    algorithm: 'SIGNET-V1-HMACSHA256',
    header: [
      'Signed URLs. Given url, tenant, kid, signingKey, path, operations or query, and exp, a signer returns url followed by pathAndQuery.',
      'message is the signed text in UTF-8. Its lines are separated by one line feed. sig = base64url(HMAC-SHA256(signingKey, message)). The HMAC key is the text of the signing key, all 47 ASCII characters. Do not decode it.',
      'path and query are decoded text. exp is null for a URL that never expires. A signer may refuse an exp in the past. A slash at the end of url is dropped.',
      'result "invalid": sig is the result of a common mistake. No signer may return it and no verifier may accept it. If your program returns one of these signatures, its comment names the mistake.',
    ],
    notes: { ...signatureNotes, ...mistakeNotes },
    groups: [
      { type: 'SignedUrl', tests },
      { type: 'SigningMistake', tests: mistakes() },
    ],
  });
}
