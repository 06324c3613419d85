import { createHmac } from 'node:crypto';
import { encodePath } from '../../shared/url/path.ts';
import { type SignedParts, signedMessage } from '../../shared/url/signature.ts';
import { decodeOnce } from './decode-once.ts';

/** A URL with a wrong signature, and what is needed to find the mistake. */
export type Suspect = {
  readonly parts: SignedParts;
  /** The path as the viewer sent it, percent-encoded. */
  readonly uri: string;
  readonly signingKey: string;
  /** As written in the URL. */
  readonly sig: string;
  /** Signing keys of other tenants, by tenant. */
  readonly others: ReadonlyMap<string, string>;
};

type Digest = { readonly base64url: string; readonly hex: string };

function digest(key: string | Buffer, message: string): Digest {
  const bytes = createHmac('sha256', key).update(message).digest();
  return { base64url: bytes.toString('base64url'), hex: bytes.toString('hex') };
}

/** Converts a signature from other spellings of base64 to unpadded base64url. */
function respellSignature(sig: string): string {
  const decoded = sig.replace(/%(2b|2f|3d)/gi, (hex) => decodeURIComponent(hex));
  return decoded.replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_').replaceAll(' ', '-');
}

type Mistake = { readonly what: string; readonly explains: (suspect: Suspect) => boolean };

const isSignedWith =
  (change: (parts: SignedParts) => string) =>
  ({ parts, signingKey, sig }: Suspect): boolean =>
    digest(signingKey, change(parts)).base64url === respellSignature(sig);

const messageOf = (parts: SignedParts, change: Partial<SignedParts>): string =>
  signedMessage({ ...parts, ...change });

const isSignedWithKey =
  (key: (signingKey: string) => string | Buffer) =>
  ({ parts, signingKey, sig }: Suspect): boolean =>
    digest(key(signingKey), signedMessage(parts)).base64url === respellSignature(sig);

/** The encodings that programs make of a path. They differ in the characters they leave unescaped. */
function encodings({ uri, parts: { target } }: Suspect): readonly string[] {
  const escaped = encodeURIComponent(target).replaceAll('%2F', '/');
  const upper = [uri, encodePath(target), encodeURI(target), escaped];
  const lower = upper.map((one) => one.replace(/%../g, (hex) => hex.toLowerCase()));
  return [...upper, ...lower, encodeURIComponent(target)].filter((one) => one !== target);
}

/** The parts as they were before a program on the way encoded them once or twice more. */
function decodeParts({ parts }: Suspect): readonly SignedParts[] {
  const decode = (from: SignedParts): SignedParts => ({
    ...from,
    target: decodeOnce(from.target) ?? from.target,
    query: from.query && { ...from.query, value: decodeOnce(from.query.value) ?? from.query.value },
  });
  const once = decode(parts);
  return [once, decode(once)];
}

/** The digits that a time in milliseconds has after those of the seconds. */
const milliseconds = Array.from({ length: 1_000 }, (_, rest) => String(rest).padStart(3, '0'));

/** Common mistakes, most frequent first. Each text says what to do. */
const mistakes: readonly Mistake[] = [
  {
    what: 'sig is plain or padded base64; write base64url without padding',
    explains: (suspect) =>
      respellSignature(suspect.sig) !== suspect.sig && isSignedWith(signedMessage)(suspect),
  },
  {
    what: 'sig is hexadecimal; write base64url without padding',
    explains: ({ parts, signingKey, sig }) =>
      digest(signingKey, signedMessage(parts)).hex === sig.toLowerCase(),
  },
  {
    what: 'the encoded path was signed; sign the decoded one',
    explains: (suspect) =>
      encodings(suspect).some((target) =>
        isSignedWith((parts) => messageOf(parts, { target }))(suspect),
      ),
  },
  {
    what: 'a space was sent as a plus; send %20',
    explains: (suspect) => {
      // A plus that belongs to the name was sent as %2B.
      const target = decodeURIComponent(suspect.uri.replaceAll('+', '%20'));
      return isSignedWith((parts) => messageOf(parts, { target }))(suspect);
    },
  },
  {
    what: 'the URL was encoded twice on its way; send it as it was minted',
    explains: (suspect) =>
      decodeParts(suspect).some((parts) => isSignedWith(() => signedMessage(parts))(suspect)),
  },
  {
    what: 'the URL was written in lower case on its way; send it as it was minted',
    // One signature in a billion has no capital letter.
    explains: ({ sig }) => /^[a-z0-9_-]{43}$/.test(sig),
  },
  {
    what: 'the path was signed without its leading slash; begin it with /TENANT/',
    explains: isSignedWith((parts) => messageOf(parts, { target: parts.target.slice(1) })),
  },
  {
    what: 'the message has CRLF line ends; separate its lines with a single line feed',
    explains: isSignedWith((parts) => signedMessage(parts).replaceAll('\n', '\r\n')),
  },
  {
    what: 'the message ends with a line feed; end it with the path',
    explains: isSignedWith((parts) => `${signedMessage(parts)}\n`),
  },
  {
    what: 'exp was signed in milliseconds; sign it in seconds, as written in the URL',
    explains: (suspect) =>
      suspect.parts.exp !== undefined &&
      milliseconds.some((rest) =>
        isSignedWith((parts) => messageOf(parts, { exp: `${parts.exp}${rest}` }))(suspect),
      ),
  },
  {
    what: 'kid and exp were signed in the wrong order; sign the kid first',
    explains: isSignedWith((parts) => {
      const [version = '', kid = '', exp = '', ...rest] = signedMessage(parts).split('\n');
      return [version, exp, kid, ...rest].join('\n');
    }),
  },
  {
    what: 'exp was left out of the message; sign it as written in the URL',
    explains: (suspect) =>
      suspect.parts.exp !== undefined &&
      [
        (parts: SignedParts) => messageOf(parts, { exp: undefined }),
        (parts: SignedParts) => signedMessage(parts).split('\n').toSpliced(2, 1).join('\n'),
      ].some((message) => isSignedWith(message)(suspect)),
  },
  {
    what: 'the signing key was decoded; use its 47 characters as they are',
    explains: isSignedWithKey((signingKey) => Buffer.from(signingKey.slice(4), 'base64url')),
  },
  {
    what: 'the signing key was used without its sgn_; use its 47 characters as they are',
    explains: isSignedWithKey((signingKey) => signingKey.slice(4)),
  },
  {
    what: 'the signing key was used with a line break at its end; remove it',
    explains: (suspect) =>
      ['\n', '\r\n', ' '].some((end) => isSignedWithKey((signingKey) => signingKey + end)(suspect)),
  },
  {
    what: 'the signing key was used with quotes around it; remove them',
    explains: (suspect) =>
      ['"', "'", '`'].some((quote) =>
        isSignedWithKey((signingKey) => quote + signingKey + quote)(suspect),
      ),
  },
  {
    what: 'the path was signed in another Unicode form (NFC or NFD); sign the one in the URL',
    explains: (suspect) =>
      (['NFC', 'NFD'] as const)
        .filter((form) => suspect.parts.target.normalize(form) !== suspect.parts.target)
        .some((form) =>
          isSignedWith((parts) => messageOf(parts, { target: parts.target.normalize(form) }))(
            suspect,
          ),
        ),
  },
];

/** The mistakes that `explain` finds. The text after the semicolon says what to do. */
export const signingMistakes: readonly string[] = [
  ...mistakes.map(({ what }) => what),
  'it was signed with the key of TENANT; use the key of the tenant in the URL',
];

function otherOwner({ parts, sig, others }: Suspect): string | undefined {
  const message = signedMessage(parts);
  const found = [...others].find(
    ([, key]) => digest(key, message).base64url === respellSignature(sig),
  );
  return found && `it was signed with the key of ${found[0]}; use the key of the tenant in the URL`;
}

/** The mistake that explains a wrong signature; undefined if none of the common ones does. */
export function signingMistake(suspect: Suspect): string | undefined {
  return mistakes.find(({ explains }) => explains(suspect))?.what ?? otherOwner(suspect);
}
