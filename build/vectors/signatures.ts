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

function request(asked: SignatureCase): MintRequest {
  const { tenant = 'acme', path = 'cat.jpg', query, exp = knownExp } = asked;
  const usual = query === undefined ? ['resize,w_400'] : [];
  const { operations = usual } = asked;
  const common = { tenant, path, operations, exp: exp ?? undefined };
  return query === undefined ? common : { ...common, query };
}

/** The parts of a request as they are signed. */
function signed(asked: SignatureCase) {
  const wanted = request(asked);
  const signer = signerOf(wanted.tenant, asked.kid);
  const { exp, query, tenant } = wanted;
  const parts = {
    kid: signer.kid,
    exp: exp === undefined ? undefined : String(exp),
    target: mintTarget(wanted),
    ...(query === undefined ? {} : { query }),
  };
  const sig = sign(nodeCrypto, signer.signingKey, parts);
  return { wanted, tenant, signer, signingKey: signer.signingKey, parts, sig };
}

/** A vector of what `mint` makes of a case. */
function vector(asked: SignatureCase): Vector {
  const { wanted, signer, parts, sig } = signed(asked);
  const { tenant, path, operations, query, exp = null } = wanted;
  const { url = knownUrl, comment, flags } = asked;
  const minted = mint(nodeCrypto, url, wanted, signer);
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

/** The same request with a signature that the edge refuses. */
function mistake(asked: SignatureCase, { flag, comment, made }: SigningMistake): Vector {
  const right = vector(asked);
  const { signingKey, parts, tenant, sig } = signed(asked);
  const wrong = made({ signingKey, parts, tenant, sig });
  if (verifyUrlSignature(nodeCrypto, signingKey, parts, wrong))
    throw new Error(`${comment} is no mistake`);
  const pathAndQuery = String(right['pathAndQuery']).replace(sig, wrong);
  return { ...right, comment, flags: [flag], sig: wrong, pathAndQuery, result: 'invalid' };
}

/** A name in which every one of the mistakes shows. */
const telling = { comment: '', flags: [], path: 'sale 50%+ (new).jpg' };
const composed = { comment: '', flags: [], path: 'caf\u00e9.jpg' };
const decomposed = { comment: '', flags: [], path: 'cafe\u0301.jpg' };

function mistakes(): readonly Vector[] {
  const [toComposed, toDecomposed] = normalFormMistakes;
  if (toComposed === undefined || toDecomposed === undefined) throw new Error('a form is missing');
  return [
    ...mistakeVectors.map((one) => mistake(telling, one)),
    mistake(decomposed, toComposed),
    mistake(composed, toDecomposed),
  ];
}

/** What the specification was given with is not up to this code. */
function checkGiven(tests: readonly Vector[]): void {
  for (const { comment, message, sig, url } of vectors.signatures) {
    const own = tests.find((test) => test.comment === comment);
    const same = own?.['message'] === message && own?.['sig'] === sig;
    if (!same || own?.['pathAndQuery'] !== url.slice(knownUrl.length))
      throw new Error(`the given vector "${comment}" does not come out`);
  }
}

/** The text of signatures.json. */
export function signatures(): string {
  const tests = signatureCases.map(vector);
  checkGiven(tests);
  return vectorFile({
    algorithm: 'SIGNET-V1-HMACSHA256',
    header: [
      'Signed URLs. A signer that is given url, tenant, kid, signingKey, path, operations or query, and exp makes url followed by pathAndQuery.',
      'message is what is signed, in UTF-8; its lines are parted by one line feed. sig = base64url(HMAC-SHA256(signingKey, message)). The signing key is text: its 47 ASCII characters are the secret, and nobody decodes anything.',
      'path and query are decoded text; exp is null for a URL that never expires, and a signer may refuse one that is past. A slash at the end of url is left out.',
      'result "invalid": sig is one that people arrive at by mistake. No signer makes it and no verifier takes it; whoever finds the signature of an own program there knows what went wrong.',
    ],
    notes: { ...signatureNotes, ...mistakeNotes },
    groups: [
      { type: 'SignedUrl', tests },
      { type: 'SigningMistake', tests: mistakes() },
    ],
  });
}
