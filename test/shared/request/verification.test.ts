import { describe, expect, it } from 'vitest';
import { signatureOf, splitUrl } from '../../../shared/recipe/request-url.ts';
import { signedMessage } from '../../../shared/url/signature.ts';
import { outcome } from './outcome.ts';

const uri = '/acme/cat.jpg__op__resize,w_400';
const sig = 'A'.repeat(43);
const whole = `exp=1893456000&kid=r1.1&sig=${sig}`;

describe('a credential', () => {
  it('is a kid and a signature of the right forms', () => {
    expect(signatureOf(splitUrl(uri, whole))).toEqual({ kid: 'r1.1', sig });
  });

  it.each([
    ...['', 'exp=1893456000', 'kid=r1.1', `sig=${sig}`, `kid=&sig=${sig}`, 'kid=r1.1&sig='],
    ...[
      `kid=r1&sig=${sig}`,
      `kid=R1.1&sig=${sig}`,
      `kid=r1.01&sig=${sig}`,
      `kid=../r1.1&sig=${sig}`,
    ],
    ...[
      `kid=__proto__&sig=${sig}`,
      `kid=r1.1'--&sig=${sig}`,
      `kid=none&sig=${sig}`,
      `kid=r1.1.1&sig=${sig}`,
    ],
    ...[`kid=r1.1&sig=${sig}=`, `kid=r1.1&sig=${sig.slice(1)}`, `kid=r1.1&sig=${sig}A`],
    ...['kid=r1.1&sig=undefined', 'kid=r1.1&sig=null', `kid=r1.1&sig=${'A'.repeat(42)}B`],
    ...[`kid=r1.1&sig=${'A'.repeat(42)}+`, `kid=r1.1&sig=${'A'.repeat(42)}/`],
  ])('is not in %j', (query) => {
    expect(outcome(() => signatureOf(splitUrl(uri, query)))).toBe('forbidden');
  });

  it('covers the decoded path and the expiry', () => {
    const url = splitUrl('/acme/a%2Bb.jpg', whole);
    expect(signedMessage({ ...url, kid: 'r1.1' })).toBe(
      ['signet.v1', 'r1.1', '1893456000', '/acme/a+b.jpg'].join('\n'),
    );
  });
});
