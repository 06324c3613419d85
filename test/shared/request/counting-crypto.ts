import { nodeCrypto } from '../../../shared/adapters/crypto.ts';
import type { Crypto } from '../../../shared/ports.ts';

/** The real cryptography, and how often it was used since the last `reset`. */
export function countingCrypto() {
  const calls = { derive: 0, hmac: 0, equal: 0 };
  const crypto: Crypto = {
    ...nodeCrypto,
    derive: (...all) => {
      calls.derive += 1;
      return nodeCrypto.derive(...all);
    },
    hmac: (...all) => {
      calls.hmac += 1;
      return nodeCrypto.hmac(...all);
    },
    equal: (...all) => {
      calls.equal += 1;
      return nodeCrypto.equal(...all);
    },
  };
  const reset = (): void => void Object.assign(calls, { derive: 0, hmac: 0, equal: 0 });
  return { crypto, reset, calls: () => ({ ...calls }) };
}
