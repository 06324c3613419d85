import { createHmac } from 'node:crypto';
import { encodePath } from '../../shared/url/path.ts';
import { type SignedParts, signedMessage } from '../../shared/url/signature.ts';

/** What is needed to find out how a signature went wrong. */
export type Suspect = {
  readonly parts: SignedParts;
  /** The path as the viewer sent it, percent-encoded. */
  readonly uri: string;
  readonly signingKey: string;
  /** As it stands in the URL. */
  readonly sig: string;
  /** Signing keys of other tenants, by tenant. */
  readonly others: ReadonlyMap<string, string>;
};

type Digest = { readonly base64url: string; readonly hex: string };

function digest(key: string | Buffer, message: string): Digest {
  const bytes = createHmac('sha256', key).update(message).digest();
  return { base64url: bytes.toString('base64url'), hex: bytes.toString('hex') };
}

/** The signature in the one spelling the edge takes, from whichever it was written in. */
function respellSignature(sig: string): string {
  const decoded = sig.replace(/%(2b|2f|3d)/gi, (hex) => decodeURIComponent(hex));
  return decoded.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_').replaceAll(' ', '-');
}

type Mistake = { readonly what: string; readonly made: (suspect: Suspect) => boolean };

const signedWith =
  (change: (parts: SignedParts) => string) =>
  ({ parts, signingKey, sig }: Suspect): boolean =>
    digest(signingKey, change(parts)).base64url === respellSignature(sig);

const messageOf = (parts: SignedParts, change: Partial<SignedParts>): string =>
  signedMessage({ ...parts, ...change });

const signedWithKey =
  (key: (signingKey: string) => string | Buffer) =>
  ({ parts, signingKey, sig }: Suspect): boolean =>
    digest(key(signingKey), signedMessage(parts)).base64url === respellSignature(sig);

/** Programs differ in what they leave bare; the one that signed may not be the one that sent. */
function encodings({ uri, parts: { target } }: Suspect): readonly string[] {
  const escaped = encodeURIComponent(target).replaceAll('%2F', '/');
  const upper = [uri, encodePath(target), encodeURI(target), escaped];
  const lower = upper.map((one) => one.replace(/%../g, (hex) => hex.toLowerCase()));
  return [...upper, ...lower, encodeURIComponent(target)].filter((one) => one !== target);
}

/** Whole seconds cut from a clock's milliseconds leave any of these behind. */
const milliseconds = Array.from({ length: 1_000 }, (_, rest) => String(rest).padStart(3, '0'));

/** The mistakes that people make, most frequent first. Each is a sentence that says what to do. */
const mistakes: readonly Mistake[] = [
  {
    what: 'sig is plain or padded base64; write base64url without padding',
    made: (suspect) =>
      respellSignature(suspect.sig) !== suspect.sig && signedWith(signedMessage)(suspect),
  },
  {
    what: 'sig is hexadecimal; write base64url without padding',
    made: ({ parts, signingKey, sig }) =>
      digest(signingKey, signedMessage(parts)).hex === sig.toLowerCase(),
  },
  {
    what: 'the encoded path was signed; sign the decoded one',
    made: (suspect) =>
      encodings(suspect).some((target) =>
        signedWith((parts) => messageOf(parts, { target }))(suspect),
      ),
  },
  {
    what: 'a space was sent as a plus; send %20',
    made: (suspect) => {
      // A plus of the name's own was sent as %2B.
      const target = decodeURIComponent(suspect.uri.replaceAll('+', '%20'));
      return signedWith((parts) => messageOf(parts, { target }))(suspect);
    },
  },
  {
    what: 'the path was signed without its leading slash; begin it with /TENANT/',
    made: signedWith((parts) => messageOf(parts, { target: parts.target.slice(1) })),
  },
  {
    what: 'the message has CRLF line ends; part its lines with a single line feed',
    made: signedWith((parts) => signedMessage(parts).replaceAll('\n', '\r\n')),
  },
  {
    what: 'the message ends in a line feed; end it with the path',
    made: signedWith((parts) => `${signedMessage(parts)}\n`),
  },
  {
    what: 'exp was signed in milliseconds; sign it in seconds, as it stands in the URL',
    made: (suspect) =>
      suspect.parts.exp !== undefined &&
      milliseconds.some((rest) =>
        signedWith((parts) => messageOf(parts, { exp: `${parts.exp}${rest}` }))(suspect),
      ),
  },
  {
    what: 'exp was left out of the message; sign it as it stands in the URL',
    made: (suspect) =>
      suspect.parts.exp !== undefined &&
      [
        (parts: SignedParts) => messageOf(parts, { exp: undefined }),
        (parts: SignedParts) => signedMessage(parts).split('\n').toSpliced(2, 1).join('\n'),
      ].some((message) => signedWith(message)(suspect)),
  },
  {
    what: 'the signing key was decoded; use its 47 characters as they are',
    made: signedWithKey((signingKey) => Buffer.from(signingKey.slice(4), 'base64url')),
  },
  {
    what: 'the signing key was used without its sgn_; use its 47 characters as they are',
    made: signedWithKey((signingKey) => signingKey.slice(4)),
  },
  {
    what: 'the signing key was used with a line end behind it; strip it',
    made: (suspect) =>
      ['\n', '\r\n', ' '].some((end) => signedWithKey((signingKey) => signingKey + end)(suspect)),
  },
  {
    what: 'the path was signed in another Unicode form (NFC or NFD); sign the one in the URL',
    made: (suspect) =>
      (['NFC', 'NFD'] as const)
        .filter((form) => suspect.parts.target.normalize(form) !== suspect.parts.target)
        .some((form) =>
          signedWith((parts) => messageOf(parts, { target: parts.target.normalize(form) }))(
            suspect,
          ),
        ),
  },
];

/** What is found, and after the semicolon what to do about it. */
export const signingMistakes: readonly string[] = [
  ...mistakes.map(({ what }) => what),
  'it was signed with the key of TENANT; use that of the tenant in the URL',
];

function otherOwner({ parts, sig, others }: Suspect): string | undefined {
  const message = signedMessage(parts);
  const found = [...others].find(
    ([, key]) => digest(key, message).base64url === respellSignature(sig),
  );
  return found && `it was signed with the key of ${found[0]}; use that of the tenant in the URL`;
}

/** The mistake that explains a wrong signature, if it is one of the usual ones. */
export function signingMistake(suspect: Suspect): string | undefined {
  return mistakes.find(({ made }) => made(suspect))?.what ?? otherOwner(suspect);
}
