import { isUtf8 } from 'node:buffer';
import {
  createHash,
  createHmac,
  createSecretKey,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import { limits } from '../limits.ts';
import type { Crypto, RootKey } from '../ports.ts';

/** Checked first, because Node's decoder ignores unknown characters. */
const base64urlForm = /^[A-Za-z0-9_-]+$/;

/** A KeyObject prints as `[object Object]`, so a log cannot leak it. */
function importRoot(k: string, salt: string): RootKey | undefined {
  const bytes = Buffer.from(k, 'base64url');
  const sound = base64urlForm.test(k) && bytes.toString('base64url') === k;
  if (!sound || bytes.length < limits.rootKeyBytes) return undefined;
  const extracted = createHmac('sha256', salt).update(bytes).digest();
  return createSecretKey(extracted) as unknown as RootKey;
}

/**
 * One HMAC, as 32 bytes are one block: the info, then the number of the block. Derived keys are not cached:
 * so the time does not reveal which tenants exist, and no flood of requests can empty a cache.
 */
const derive = (root: RootKey, info: string): string =>
  createHmac('sha256', root as unknown as KeyObject)
    .update(`${info}\u0001`)
    .digest('base64url');

function decode(base64url: string): string {
  const bytes = Buffer.from(base64url, 'base64url');
  // Four characters are three bytes, so one character more is none, and Node's decoder would ignore it.
  if (base64url.length % 4 === 1 || !isUtf8(bytes)) throw new Error('it is not UTF-8 in base64url');
  return bytes.toString();
}

function equal(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Implements `Crypto` with node:crypto. */
export const nodeCrypto: Crypto = {
  importRoot,
  derive,
  equal,
  encode: (text) => Buffer.from(text).toString('base64url'),
  decode,
  hmac: (keyText, message) => createHmac('sha256', keyText).update(message).digest('base64url'),
  sha256Hex: (text) => createHash('sha256').update(text).digest('hex'),
};
