import { createHmac } from 'node:crypto';

/** A grant with a wrong signature, and the keys it may have been signed with. */
export type SuspectGrant = {
  readonly text: string;
  readonly signingKey: string;
  /** Signing keys of other tenants, by tenant. */
  readonly others: ReadonlyMap<string, string>;
};

const digest = (key: string | Buffer, input: string): string =>
  createHmac('sha256', key).update(input).digest('base64url');

/** Common mistakes with the signing key, which must be used as text. */
const keyMistakes: readonly (readonly [what: string, key: (own: string) => string | Buffer])[] = [
  [
    'the signing key was decoded; use its 47 characters as they are',
    (own) => Buffer.from(own.slice(4), 'base64url'),
  ],
  [
    'the signing key was decoded with its sgn_; use its 47 characters as they are',
    (own) => Buffer.from(own, 'base64url'),
  ],
  [
    'the signing key was used without its sgn_; use its 47 characters as they are',
    (own) => own.slice(4),
  ],
  ['the signing key was used with a line break at its end; remove it', (own) => `${own}\n`],
  ['the signing key was used with quotes around it; remove them', (own) => `"${own}"`],
  ['the signing key was used with quotes around it; remove them', (own) => `'${own}'`],
];

/** The mistake that explains the signature of a grant; undefined if none does. */
export function grantMistake({ text, signingKey, others }: SuspectGrant): string | undefined {
  const [head = '', body = '', sig] = text.split('.');
  const input = `${head}.${body}`;
  const own = keyMistakes.find(([, key]) => digest(key(signingKey), input) === sig);
  if (own !== undefined) return own[0];
  const [tenant] = [...others].find(([, key]) => digest(key, input) === sig) ?? [];
  return tenant === undefined
    ? undefined
    : `it was signed with the key of ${tenant}; use the key of the tenant in the URL`;
}
