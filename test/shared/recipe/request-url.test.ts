import { describe, expect, it } from 'vitest';
import { splitUrl } from '../../../shared/recipe/request-url.ts';
import { growth, steady } from '../../growth.ts';
import { outcome, refusalOf } from '../request/outcome.ts';

const uri = '/acme/cat.jpg__op__resize,w_400';
const sig = 'A'.repeat(43);
const whole = `exp=1893456000&kid=r1.1&sig=${sig}`;

describe('a URL is split', () => {
  it('into parts that are not verified yet', () => {
    expect(splitUrl('/acme/a%20b.jpg__op__nonsense', whole)).toEqual({
      tenant: 'acme',
      path: 'a b.jpg',
      operations: 'nonsense',
      uri: '/acme/a%20b.jpg__op__nonsense',
      target: '/acme/a b.jpg__op__nonsense',
      exp: '1893456000',
      kid: 'r1.1',
      sig,
    });
  });

  it.each([
    ['', [undefined, undefined, undefined]],
    ['sig=x&kid=y', [undefined, 'y', 'x']],
    [`sig=${sig}&kid=r1.1&exp=1893456000`, ['1893456000', 'r1.1', sig]],
    ['kid=', [undefined, '', undefined]],
    ['sig==', [undefined, undefined, '=']],
    ['sig=a=b', [undefined, undefined, 'a=b']],
    ['sig=a+b', [undefined, undefined, 'a+b']],
    ['kid=../x', [undefined, '../x', undefined]],
  ])('whose query is %j', (query, parts) => {
    const { exp, kid, sig: own } = splitUrl(uri, query);
    expect([exp, kid, own]).toEqual(parts);
  });

  it.each([
    // An empty part, or one without a value.
    ...[
      '&',
      `${whole}&`,
      `&${whole}`,
      'exp=1893456000&&kid=r1.1',
      'exp',
      'kid',
      '=',
      '=1',
      'kid&sig',
    ],
    // A part that comes twice.
    ...[
      `${whole}&exp=1893456000`,
      `${whole}&kid=r1.1`,
      `${whole}&sig=${sig}`,
      'kid=a&kid=a',
      'sig=&sig=',
    ],
    // A part without a name.
    ...[
      'w=1',
      `${whole}&w=400`,
      `${whole}&grant=x`,
      'x-oss-process=image/resize,w_1',
      'EXP=1893456000',
    ],
    ...['Kid=r1.1', 'exp[]=1893456000', 'sig[0]=a', '__proto__=1', 'constructor=1', 'toString=1'],
    ...[
      'exp =1893456000',
      ' exp=1893456000',
      'utm_source=x',
      `${whole};w=1&w=2`,
      'expires=1893456000',
    ],
    // An escape, where none is ever needed.
    ...[
      'exp=189345600%30',
      'kid=r1%2E1',
      `sig=${sig.slice(1)}%41`,
      'sig=%',
      '%65xp=1893456000',
      'k%69d=a',
    ],
    // Another separator.
    ...['exp=1893456000;kid=r1.1', 'exp=1893456000,kid=r1.1', `?${whole}`],
    // An expiry in another form.
    ...[
      'exp=',
      'exp=0',
      'exp=-1893456000',
      'exp=+1893456000',
      'exp=1893456000.5',
      'exp=1893456000000',
    ],
    ...[
      'exp=1e12',
      'exp=01893456000',
      'exp=189345600',
      'exp=NaN',
      'exp=never',
      'exp=null',
      'exp=１８９３４５６０００',
    ],
    ...['exp=1893456000 ', 'exp=1893456000\n', 'exp=0x70dbd880', 'exp=1_893_456_000'],
  ])('and refused when its query is %j', (query) => {
    expect(outcome(() => splitUrl(uri, query))).toBe('malformed');
  });

  it('and refused if its path cannot be read', () => {
    const hostile = [
      '',
      '/',
      '/acme',
      '/acme/',
      '/acme/..%2fx',
      '/acme/%2e%2e/x',
      '/acme/a%00',
      '/acme//x',
    ];
    for (const path of hostile) expect(outcome(() => splitUrl(path, whole))).toBe('malformed');
  });
});

describe('the length of a URL', () => {
  const long = (bytes: number): string => `${uri}${'a'.repeat(bytes - uri.length)}`;

  it('may be 8,191 bytes with its query and no more', () => {
    const room = 8_191 - whole.length - 1;
    expect(outcome(() => splitUrl(long(room), whole))).toBe('accepted');
    expect(outcome(() => splitUrl(long(room + 1), whole))).toBe('malformed');
  });

  it.each([
    { what: 'segments', path: '/acme/a', filler: '/a', query: '' },
    { what: 'operations', path: '/acme/x', filler: '__op__resize,w_1', query: '' },
    { what: 'question marks', path: '/acme/x', filler: '?', query: '' },
    { what: 'encoded slashes', path: '/acme/x', filler: '%2F', query: '' },
    { what: 'bytes outside ASCII', path: '/acme/x', filler: 'é', query: '' },
    { what: 'escapes cut short', path: '/acme/x', filler: '%', query: '' },
    { what: 'bytes that are not UTF-8', path: '/acme/x', filler: '%FF', query: '' },
    { what: 'control characters', path: '/acme/x', filler: '%00', query: '' },
    { what: 'slashes before the tenant', path: '', filler: '/', query: '' },
    { what: 'unknown parameters', path: uri, filler: '', query: 'a=1&' },
    { what: 'parameters that come twice', path: uri, filler: '', query: 'kid=1&' },
    { what: 'parts without a value', path: uri, filler: '', query: '&' },
  ])('is looked at before anything else in a hundred thousand $what', ({ path, filler, query }) => {
    const refusal = refusalOf(() =>
      splitUrl(`${path}${filler.repeat(100_000)}`, query.repeat(100_000)),
    );
    expect(refusal?.message).toContain('8191');
  });

  it('within the limit takes linear time to parse', () => {
    const fillers = ['a', 'a/', '%41', '_', '__op__', '__op__a', '.', '%C3%A9', ',w_1', '-'];
    const workOn = (share: number) => {
      const fills = fillers.map((one) => one.repeat((8_000 * share) / one.length));
      const urls = fills.flatMap((one) => [`/acme/x__op__${one}`, `/acme/x${one}`]);
      return () => urls.map((one) => outcome(() => splitUrl(one, '')));
    };
    expect(growth(workOn)).toBeLessThan(steady);
  });
});
