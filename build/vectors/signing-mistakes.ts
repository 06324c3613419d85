import { createHash, createHmac } from 'node:crypto';
import { encodePath } from '../../shared/url/path.ts';
import { type SignedParts, signedMessage } from '../../shared/url/signature.ts';
import { signerOf } from './known-signer.ts';
import type { Notes } from './vector-file.ts';

/** A correctly signed request. Mistakes are made from it. */
export type SignedRequest = {
  readonly tenant: string;
  readonly signingKey: string;
  readonly parts: SignedParts;
  /** The correct signature. */
  readonly sig: string;
};

/** A common mistake in signing. */
export type SigningMistake = {
  readonly flag: string;
  readonly comment: string;
  /** Returns the wrong signature. */
  readonly makeSignature: (signed: SignedRequest) => string;
};

export const mistakeNotes: Notes = {
  WrongPath: {
    bugType: 'ENCODING',
    description: 'The signed path is not the decoded path with its leading slash.',
  },
  WrongMessage: {
    bugType: 'WRONG_PRIMITIVE',
    description: 'The message has other lines, or its lines are not separated by a line feed.',
  },
  WrongExpiry: {
    bugType: 'WRONG_PRIMITIVE',
    description: 'exp was not signed as it is sent, in seconds.',
  },
  WrongKey: {
    bugType: 'WRONG_PRIMITIVE',
    description:
      'The HMAC key is not the 47 characters of the signing key, or the signing key belongs to another tenant or generation.',
  },
  WrongHash: {
    bugType: 'WRONG_PRIMITIVE',
    description: 'The signature is not an HMAC with SHA-256.',
  },
  WrongForm: {
    bugType: 'SIGNATURE_MALLEABILITY',
    description:
      'The signature is not the complete base64url text without padding. The last character carries four bits; decoders ignore the other two, so the text must match exactly.',
  },
  WrongNormalForm: {
    bugType: 'ENCODING',
    description: 'The signed path has another Unicode form than the path that is sent.',
  },
};

const hmac = (key: string | Buffer, text: string, hash = 'sha256'): Buffer =>
  createHmac(hash, key).update(text).digest();
const base64url = (bytes: Buffer): string => bytes.toString('base64url');

const message =
  (change: (text: string, signed: SignedRequest) => string) =>
  (signed: SignedRequest): string =>
    base64url(hmac(signed.signingKey, change(signedMessage(signed.parts), signed)));

const parts = (change: (parts: SignedParts) => Partial<SignedParts>) =>
  message((_text, { parts: right }) => signedMessage({ ...right, ...change(right) }));

const key =
  (change: (signed: SignedRequest) => string | Buffer) =>
  (signed: SignedRequest): string =>
    base64url(hmac(change(signed), signedMessage(signed.parts)));

const target = (change: (target: string) => string) =>
  parts(({ target: right }) => ({ target: change(right) }));

/** Changes the last character so that only the two unused bits differ. */
const changeUnusedBits = (sig: string): string =>
  sig.slice(0, -1) + String.fromCharCode(sig.charCodeAt(42) + 1);

const wrongPaths: readonly SigningMistake[] = [
  { flag: 'WrongPath', comment: 'the encoded path was signed', makeSignature: target(encodePath) },
  {
    flag: 'WrongPath',
    comment: 'the path was signed without its leading slash',
    makeSignature: target((it) => it.slice(1)),
  },
  {
    flag: 'WrongPath',
    comment: 'the path was signed without the tenant',
    makeSignature: target((it) => it.slice(it.indexOf('/', 1))),
  },
  {
    flag: 'WrongPath',
    comment: 'the path was signed without the operations',
    makeSignature: target((it) => it.split('__op__')[0] ?? ''),
  },
  {
    flag: 'WrongPath',
    comment: 'a plus in the path was signed as a space',
    makeSignature: target((it) => it.replaceAll('+', ' ')),
  },
];

const wrongMessages: readonly SigningMistake[] = [
  {
    flag: 'WrongMessage',
    comment: 'lines separated by CRLF',
    makeSignature: message((text) => text.replaceAll('\n', '\r\n')),
  },
  {
    flag: 'WrongMessage',
    comment: 'a line feed at the end of the message',
    makeSignature: message((text) => `${text}\n`),
  },
  {
    flag: 'WrongMessage',
    comment: 'lines separated by a backslash and an n',
    makeSignature: message((text) => text.replaceAll('\n', '\\n')),
  },
  {
    flag: 'WrongMessage',
    comment: 'the message without its first line',
    makeSignature: message((text) => text.replace('signet.v1\n', '')),
  },
  {
    flag: 'WrongExpiry',
    comment: 'exp was signed in milliseconds',
    makeSignature: parts(({ exp }) => ({ exp: `${exp}000` })),
  },
  {
    flag: 'WrongExpiry',
    comment: '0 was signed, but exp is sent',
    makeSignature: parts(() => ({ exp: undefined })),
  },
  {
    flag: 'WrongExpiry',
    comment: 'an empty line was signed for exp',
    makeSignature: parts(() => ({ exp: '' })),
  },
];

const wrongKeys: readonly SigningMistake[] = [
  {
    flag: 'WrongKey',
    comment: 'the signing key, decoded',
    makeSignature: key(({ signingKey }) => Buffer.from(signingKey.slice(4), 'base64url')),
  },
  {
    flag: 'WrongKey',
    comment: 'the signing key without sgn_',
    makeSignature: key(({ signingKey }) => signingKey.slice(4)),
  },
  {
    flag: 'WrongKey',
    comment: 'the signing key with a line break at the end',
    makeSignature: key(({ signingKey }) => `${signingKey}\n`),
  },
  {
    flag: 'WrongKey',
    comment: 'the signing key of another tenant',
    makeSignature: key(() => signerOf('other').signingKey),
  },
  {
    flag: 'WrongKey',
    comment: 'the signing key of another generation',
    makeSignature: key(({ tenant }) => signerOf(tenant, 'r1.2').signingKey),
  },
  {
    flag: 'WrongHash',
    comment: 'HMAC with SHA-512, truncated to 32 bytes',
    makeSignature: ({ signingKey, parts: right }) =>
      base64url(hmac(signingKey, signedMessage(right), 'sha512').subarray(0, 32)),
  },
  {
    flag: 'WrongHash',
    comment: 'a plain hash of the signing key and the message',
    makeSignature: ({ signingKey, parts: right }) =>
      createHash('sha256')
        .update(`${signingKey}${signedMessage(right)}`)
        .digest('base64url'),
  },
];

const wrongForms: readonly SigningMistake[] = [
  { flag: 'WrongForm', comment: 'a signature with padding', makeSignature: ({ sig }) => `${sig}=` },
  {
    flag: 'WrongForm',
    comment: 'a hexadecimal signature',
    makeSignature: ({ sig }) => Buffer.from(sig, 'base64url').toString('hex'),
  },
  {
    flag: 'WrongForm',
    comment: 'another last character with the same four bits',
    makeSignature: ({ sig }) => changeUnusedBits(sig),
  },
  {
    flag: 'WrongForm',
    comment: 'a truncated signature',
    makeSignature: ({ sig }) => sig.slice(0, 22),
  },
  { flag: 'WrongForm', comment: 'an empty signature', makeSignature: () => '' },
];

/** The mistakes that can be made with any message. */
export const mistakeVectors: readonly SigningMistake[] = [
  ...wrongPaths,
  ...wrongMessages,
  ...wrongKeys,
  ...wrongForms,
];

/** The mistakes that need an accented character in the path. */
export const normalFormMistakes: readonly SigningMistake[] = (['NFC', 'NFD'] as const).map(
  (form) => ({
    flag: 'WrongNormalForm',
    comment: `${form} was signed, the other form is sent`,
    makeSignature: target((it) => it.normalize(form)),
  }),
);
