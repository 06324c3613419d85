import { createHmac } from 'node:crypto';

/** How a grant whose signature is wrong may have been signed. */
export type SuspectGrant = {
  readonly text: string;
  readonly signingKey: string;
  /** Signing keys of other tenants, by tenant. */
  readonly others: ReadonlyMap<string, string>;
};

const digest = (key: string | Buffer, input: string): string =>
  createHmac('sha256', key).update(input).digest('base64url');

/** What people do with a key that they are told to use as text. */
const misused: readonly (readonly [what: string, key: (own: string) => string | Buffer])[] = [
  [
    'the signing key was decoded; its text is the secret, sgn_ and all',
    (own) => Buffer.from(own.slice(4), 'base64url'),
  ],
  ['the signing key was decoded, sgn_ and all', (own) => Buffer.from(own, 'base64url')],
  ['sgn_ was left off the signing key', (own) => own.slice(4)],
  ['the signing key has a line end behind it', (own) => `${own}\n`],
];

/** The mistake that explains the signature of a grant; nothing where none of them does. */
export function grantMistake({ text, signingKey, others }: SuspectGrant): string | undefined {
  const [head = '', body = '', sig] = text.split('.');
  const input = `${head}.${body}`;
  const own = misused.find(([, key]) => digest(key(signingKey), input) === sig);
  if (own !== undefined) return own[0];
  const [tenant] = [...others].find(([, key]) => digest(key, input) === sig) ?? [];
  return tenant === undefined
    ? undefined
    : `it was signed with the key of ${tenant}; use that of the tenant in the URL`;
}
