import {
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import { limits } from '../limits.ts';
import type { Crypto, RootKey } from '../ports.ts';

/** Checked first, because Node's decoder ignores unknown characters. */
const base64urlForm = /^[A-Za-z0-9_-]+$/;

/** A KeyObject prints as `[object Object]`, so a log cannot leak it. */
function importRoot(k: string): RootKey | undefined {
  const bytes = Buffer.from(k, 'base64url');
  const sound = base64urlForm.test(k) && bytes.toString('base64url') === k;
  if (!sound || bytes.length < limits.rootKeyBytes) return undefined;
  return createSecretKey(bytes) as unknown as RootKey;
}

/**
 * Derived keys are not cached. Derivation takes about 15 µs for every tenant, known or not, so the time
 * does not reveal which tenants exist, and no flood of requests can empty a cache.
 */
function hkdf(ikm: RootKey, salt: string, info: string): string {
  const bytes = hkdfSync('sha256', ikm as unknown as KeyObject, salt, info, 32);
  return Buffer.from(bytes).toString('base64url');
}

function equal(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Implements `Crypto` with node:crypto. */
export const nodeCrypto: Crypto = {
  importRoot,
  hkdf,
  equal,
  encode: (text) => Buffer.from(text).toString('base64url'),
  decode: (base64url) => Buffer.from(base64url, 'base64url').toString(),
  hmac: (keyText, message) => createHmac('sha256', keyText).update(message).digest('base64url'),
  sha256Hex: (text) => createHash('sha256').update(text).digest('hex'),
};
