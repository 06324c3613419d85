import { createHash, createHmac } from 'node:crypto';
import { encodePath } from '../../shared/url/path.ts';
import { type SignedParts, signedMessage } from '../../shared/url/signature.ts';
import { signerOf } from './known-signer.ts';
import type { Notes } from './vector-file.ts';

/** A right message and its key, for a mistake to be made with. */
export type Signed = {
  readonly tenant: string;
  readonly signingKey: string;
  readonly parts: SignedParts;
  /** The right signature. */
  readonly sig: string;
};

/** A signature that is wrong in a way that people get it wrong. */
export type SigningMistake = {
  readonly flag: string;
  readonly comment: string;
  readonly made: (signed: Signed) => string;
};

export const mistakeNotes: Notes = {
  WrongPath: {
    bugType: 'ENCODING',
    description: 'Something else than the decoded path, from its leading slash, was signed.',
  },
  WrongMessage: {
    bugType: 'WRONG_PRIMITIVE',
    description:
      'The lines of the message are others, or are separated by something other than LF.',
  },
  WrongExpiry: {
    bugType: 'WRONG_PRIMITIVE',
    description: 'exp was not signed as it is sent: in seconds.',
  },
  WrongKey: {
    bugType: 'WRONG_PRIMITIVE',
    description:
      'The signing key is used as text, all 47 characters and nothing behind them; it is one tenant’s, of one generation.',
  },
  WrongHash: {
    bugType: 'WRONG_PRIMITIVE',
    description: 'The signature is an HMAC, over SHA-256.',
  },
  WrongForm: {
    bugType: 'SIGNATURE_MALLEABILITY',
    description:
      'The signature is base64url without padding, whole, in the one spelling that it has: the last character carries four bits, and decoders forgive the other two.',
  },
  WrongNormalForm: {
    bugType: 'ENCODING',
    description: 'The path that was signed is in another Unicode form than the one that is sent.',
  },
};

const hmac = (key: string | Buffer, text: string, hash = 'sha256'): Buffer =>
  createHmac(hash, key).update(text).digest();
const base64url = (bytes: Buffer): string => bytes.toString('base64url');

const message =
  (change: (text: string, signed: Signed) => string) =>
  (signed: Signed): string =>
    base64url(hmac(signed.signingKey, change(signedMessage(signed.parts), signed)));

const parts = (change: (parts: SignedParts) => Partial<SignedParts>) =>
  message((_text, { parts: right }) => signedMessage({ ...right, ...change(right) }));

const key =
  (change: (signed: Signed) => string | Buffer) =>
  (signed: Signed): string =>
    base64url(hmac(change(signed), signedMessage(signed.parts)));

const target = (change: (target: string) => string) =>
  parts(({ target: right }) => ({ target: change(right) }));

/** The next character of the alphabet: the same four bits, and another two that nobody reads. */
const alias = (sig: string): string =>
  sig.slice(0, -1) + String.fromCharCode(sig.charCodeAt(42) + 1);

const wrongPaths: readonly SigningMistake[] = [
  { flag: 'WrongPath', comment: 'the encoded path', made: target(encodePath) },
  { flag: 'WrongPath', comment: 'without its leading slash', made: target((it) => it.slice(1)) },
  {
    flag: 'WrongPath',
    comment: 'without the tenant',
    made: target((it) => it.slice(it.indexOf('/', 1))),
  },
  {
    flag: 'WrongPath',
    comment: 'without the operations',
    made: target((it) => it.split('__op__')[0] ?? ''),
  },
  {
    flag: 'WrongPath',
    comment: 'a plus read as a space',
    made: target((it) => it.replaceAll('+', ' ')),
  },
];

const wrongMessages: readonly SigningMistake[] = [
  { flag: 'WrongMessage', comment: 'CRLF', made: message((text) => text.replaceAll('\n', '\r\n')) },
  { flag: 'WrongMessage', comment: 'a line feed at the end', made: message((text) => `${text}\n`) },
  {
    flag: 'WrongMessage',
    comment: 'a backslash and an n',
    made: message((text) => text.replaceAll('\n', '\\n')),
  },
  {
    flag: 'WrongMessage',
    comment: 'without its first line',
    made: message((text) => text.replace('signet.v1\n', '')),
  },
  {
    flag: 'WrongExpiry',
    comment: 'milliseconds',
    made: parts(({ exp }) => ({ exp: `${exp}000` })),
  },
  {
    flag: 'WrongExpiry',
    comment: '0 signed and exp sent',
    made: parts(() => ({ exp: undefined })),
  },
  { flag: 'WrongExpiry', comment: 'an empty line for exp', made: parts(() => ({ exp: '' })) },
];

const wrongKeys: readonly SigningMistake[] = [
  {
    flag: 'WrongKey',
    comment: 'decoded',
    made: key(({ signingKey }) => Buffer.from(signingKey.slice(4), 'base64url')),
  },
  { flag: 'WrongKey', comment: 'without sgn_', made: key(({ signingKey }) => signingKey.slice(4)) },
  {
    flag: 'WrongKey',
    comment: 'with a line end behind it',
    made: key(({ signingKey }) => `${signingKey}\n`),
  },
  {
    flag: 'WrongKey',
    comment: 'of another tenant',
    made: key(() => signerOf('other').signingKey),
  },
  {
    flag: 'WrongKey',
    comment: 'of another generation',
    made: key(({ tenant }) => signerOf(tenant, 'r1.2').signingKey),
  },
  {
    flag: 'WrongHash',
    comment: 'SHA-512, cut to 32 bytes',
    made: ({ signingKey, parts: right }) =>
      base64url(hmac(signingKey, signedMessage(right), 'sha512').subarray(0, 32)),
  },
  {
    flag: 'WrongHash',
    comment: 'a hash of key and message',
    made: ({ signingKey, parts: right }) =>
      createHash('sha256')
        .update(`${signingKey}${signedMessage(right)}`)
        .digest('base64url'),
  },
];

const wrongForms: readonly SigningMistake[] = [
  { flag: 'WrongForm', comment: 'padded', made: ({ sig }) => `${sig}=` },
  {
    flag: 'WrongForm',
    comment: 'hexadecimal',
    made: ({ sig }) => Buffer.from(sig, 'base64url').toString('hex'),
  },
  { flag: 'WrongForm', comment: 'an alias of the last character', made: ({ sig }) => alias(sig) },
  { flag: 'WrongForm', comment: 'cut', made: ({ sig }) => sig.slice(0, 22) },
  { flag: 'WrongForm', comment: 'none', made: () => '' },
];

/** The mistakes that can be made with any message. */
export const mistakeVectors: readonly SigningMistake[] = [
  ...wrongPaths,
  ...wrongMessages,
  ...wrongKeys,
  ...wrongForms,
];

/** The mistakes that need a name with an accent. */
export const normalFormMistakes: readonly SigningMistake[] = (['NFC', 'NFD'] as const).map(
  (form) => ({
    flag: 'WrongNormalForm',
    comment: `${form} signed, the other sent`,
    made: target((it) => it.normalize(form)),
  }),
);
