import { describe, expect, it } from 'vitest';
import { publicHalf, readPublisher } from '../../../shared/keys/publisher.ts';
import {
  makerOf,
  type PolicyRecord,
  signRecord,
  verifyRecord,
} from '../../../shared/versions/record.ts';
import { signText } from '../../../shared/versions/signed-text.ts';
import { publisher, stranger } from '../keys/publisher.ts';

const record: PolicyRecord = {
  version: 3,
  at: '2030-01-01T00:00:00.000Z',
  by: 'ann',
  reason: 'größer\n→',
  previous: 'a'.repeat(64),
  retired: ['r1.1'],
  policy: { tenant: 'acme', operations: {} },
};
const known = [publicHalf(publisher)];
const base64url = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

async function parts() {
  const [header = '', payload = '', signature = ''] = (await signRecord(publisher, record)).split(
    '.',
  );
  return { header, payload, signature };
}

const opened = (text: string): Promise<unknown> =>
  verifyRecord(known, text).catch((thrown: Error) => thrown.message);

describe('a signed version', () => {
  it('is read as it was written', async () => {
    expect(await opened(await signRecord(publisher, record))).toEqual(record);
  });

  it('says whether a file or a command made it', async () => {
    expect(makerOf(await signRecord(publisher, record, 'file'))).toBe('file');
    expect(makerOf(await signRecord(publisher, record))).toBe('command');
    // An earlier release did not say it.
    expect(makerOf(await signText(publisher, 'signet-policy+jws', record))).toBe('unknown');
  });

  it('says what it is in its header', async () => {
    const { header } = await parts();
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
      alg: 'EdDSA',
      typ: 'signet-policy+jws',
      made: 'command',
      kid: 'p1',
    });
  });

  const forgeries: readonly (readonly [string, () => Promise<string>])[] = [
    ['signed by a stranger', () => signRecord(stranger, record)],
    ['signed by an unknown kid', () => signRecord({ ...publisher, kid: 'p9' }, record)],
    [
      'another payload under the same signature',
      async () => {
        const { header, signature } = await parts();
        return `${header}.${base64url({ ...record, version: 4 })}.${signature}`;
      },
    ],
    [
      'without a signature',
      async () => {
        const { payload } = await parts();
        return `${base64url({ alg: 'none', typ: 'signet-policy+jws', kid: 'p1' })}.${payload}.`;
      },
    ],
    [
      'signed with the public key as a secret',
      async () => {
        const { CompactSign } = await import('jose');
        return new CompactSign(Buffer.from(JSON.stringify(record)))
          .setProtectedHeader({ alg: 'HS256', typ: 'signet-policy+jws', kid: 'p1' })
          .sign(Buffer.from(publisher.x, 'base64url'));
      },
    ],
    ['cut', async () => (await signRecord(publisher, record)).slice(0, -4)],
    ['empty', async () => ''],
    ['plain JSON', async () => JSON.stringify(record.policy)],
  ];
  it.each(forgeries)('is refused when it is %s', async (what, forge) => {
    const reason = what.includes('unknown kid')
      ? 'it was signed by an unknown publisher key'
      : 'its signature is wrong';
    expect(await opened(await forge())).toBe(reason);
  });

  it('is refused when it was signed for another purpose', async () => {
    const { CompactSign, importJWK } = await import('jose');
    const other = await new CompactSign(Buffer.from(JSON.stringify(record)))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: 'p1' })
      .sign(await importJWK(publisher, 'EdDSA'));
    expect(await opened(other)).toBe('it is signed, but not as a policy version');
  });

  it.each([{ version: 0 }, { extra: 1 }, { previous: 'x' }, { at: 'yesterday' }, { policy: 'x' }])(
    'is refused with %j, even with a valid signature',
    async (wrong) => {
      const text = await signRecord(publisher, { ...record, ...wrong } as PolicyRecord);
      expect(await opened(text)).toBe('it is signed, but not a valid policy version');
    },
  );
});

describe('the key that signs policies', () => {
  it.each([
    '',
    'null',
    '{}',
    JSON.stringify(publicHalf(publisher)),
    JSON.stringify({ ...publisher, d: 'x' }),
  ])('is unusable as %j, and a sentence says so without repeating it', (secret) => {
    expect(() => readPublisher(secret)).toThrow(
      'secret publisher is unusable: it is not an Ed25519 key as a JWK',
    );
  });

  it('has a public half without the secret one', () => {
    expect(Object.keys(publicHalf(publisher))).toEqual(['kty', 'crv', 'x', 'kid']);
  });
});
