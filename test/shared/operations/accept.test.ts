import { describe, expect, it } from 'vitest';
import { type Negotiable, negotiable, negotiateFormat } from '../../../shared/operations/accept.ts';
import { imageTypes } from '../../../shared/operations/image-type.ts';
import { growth, steady } from '../../growth.ts';

const usual: readonly Negotiable[] = ['avif', 'webp'];
const all: readonly Negotiable[] = ['avif', 'webp', 'jpg', 'png', 'gif'];
type Row = readonly [accept: string | undefined, order: readonly Negotiable[], format: string];

const rows: readonly Row[] = [
  [undefined, usual, 'src'],
  ['', usual, 'src'],
  ['image/avif,image/webp,*/*', usual, 'avif'],
  ['image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', usual, 'avif'],
  ['image/webp,*/*', usual, 'webp'],
  // Wildcards count for nothing.
  ['*/*', usual, 'src'],
  ['image/*', usual, 'src'],
  ['image/*;q=1,image/webp;q=0.1', usual, 'webp'],
  ['image/avif*', usual, 'src'],
  // The highest q wins, equal ones by the policy.
  ['image/avif;q=0.5,image/webp;q=0.9', usual, 'webp'],
  ['image/avif;q=0.5,image/webp', usual, 'webp'],
  ['image/avif;q=0.9,image/webp;q=0.9', usual, 'avif'],
  ['image/webp,image/avif', usual, 'avif'],
  ['image/webp,image/avif', ['webp', 'avif'], 'webp'],
  ['image/avif;q=0.899,image/webp;q=0.9', usual, 'webp'],
  ['image/avif;q=1.000,image/webp;q=1', usual, 'avif'],
  ['image/png;q=0.2,image/jpeg;q=0.3,image/gif', all, 'gif'],
  // Only what the policy lists.
  ['image/avif,image/webp', [], 'src'],
  ['image/avif', ['webp'], 'src'],
  ['image/jpeg', usual, 'src'],
  ['image/jpeg', all, 'jpg'],
  ['image/jpg', all, 'src'],
  // Types that are not made here.
  ['image/jxl', usual, 'src'],
  ['image/jxl,image/webp;q=0.1', usual, 'webp'],
  ['text/html,application/xhtml+xml', usual, 'src'],
  // q=0 means no, and so does a malformed q.
  ['image/avif;q=0,image/webp', usual, 'webp'],
  ['image/avif;q=0.000', usual, 'src'],
  ['image/avif;q=0.', usual, 'src'],
  ['image/avif;q=', usual, 'src'],
  ['image/avif;q=2', usual, 'src'],
  ['image/avif;q=1.1', usual, 'src'],
  ['image/avif;q=1.0000', usual, 'src'],
  ['image/avif;q=-1', usual, 'src'],
  ['image/avif;q=.5', usual, 'src'],
  ['image/avif;q=0.1234', usual, 'src'],
  ['image/avif;q=1e0', usual, 'src'],
  ['image/avif;q=NaN', usual, 'src'],
  ['image/avif;q=Infinity', usual, 'src'],
  ['image/avif;q=0x1', usual, 'src'],
  ['image/avif;q="1"', usual, 'src'],
  ['image/avif;q=0,5', usual, 'src'],
  // Spaces and case.
  ['  image/avif  ,  image/webp  ', usual, 'avif'],
  ['image/webp  ;  q=0.9 , image/avif\t;\tq=0.1', usual, 'webp'],
  ['IMAGE/AVIF', usual, 'avif'],
  ['Image/Webp;Q=0.4', usual, 'webp'],
  ['image / avif', usual, 'src'],
  // Other parameters, before and after.
  ['image/webp;level=1;q=0.4,image/avif;q=0.3', usual, 'webp'],
  ['image/avif;v=b3', usual, 'avif'],
  // Not a list of types at all.
  [',,,;;;,', usual, 'src'],
  ['image/avif image/webp', usual, 'src'],
  ['__proto__,constructor,toString', usual, 'src'],
  ['avif,webp', usual, 'src'],
  ['image/avif\0', usual, 'src'],
];

describe('f_auto', () => {
  it.each(rows)('for Accept %j, with the order %j, is %s', (accept, order, format) => {
    expect(negotiateFormat(accept, order)).toBe(format);
  });

  it.each([
    ['commas', ','],
    ['semicolons', ';'],
    ['spaces', ' '],
    ['types', 'a/b,'],
    ['parameters', ';q=0.5'],
    ['one letter', 'x'],
  ])('reads as many bytes of %s as CloudFront takes, and each of them once', (_what, one) => {
    const workOn = (share: number) => {
      const accept = `image/webp,${one.repeat((20_480 * share) / one.length)}`;
      return () => expect(negotiateFormat(accept, usual)).toBe('webp');
    };
    expect(growth(workOn)).toBeLessThan(steady);
  });

  it('reads no more types than any browser sends', () => {
    const far = `${'a/b,'.repeat(64)}image/avif`;
    expect(negotiateFormat(far, usual)).toBe('src');
  });

  it('uses the content types of the answers', () => {
    const names = Object.entries(negotiable) as [Negotiable, string][];
    expect(names.map(([type]) => imageTypes[type].contentType)).toEqual(
      names.map(([, contentType]) => contentType),
    );
  });
});
