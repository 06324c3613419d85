import { hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nodeCrypto } from '../../../shared/adapters/crypto.ts';

it('derives the bytes that HKDF of OpenSSL derives (RFC 5869)', () => {
  const material = fc.uint8Array({ minLength: 32, maxLength: 200 });
  const texts = fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }));
  fc.assert(
    fc.property(material, texts, (bytes, [salt, info]) => {
      const root = nodeCrypto.importRoot(Buffer.from(bytes).toString('base64url'), salt);
      if (root === undefined) throw new Error('the root key was not taken');
      const expected = Buffer.from(hkdfSync('sha256', bytes, salt, info, 32));
      expect(nodeCrypto.derive(root, info)).toBe(expected.toString('base64url'));
    }),
  );
});
