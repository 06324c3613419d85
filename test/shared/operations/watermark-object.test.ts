import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../shared/limits.ts';
import { readWatermarkObject } from '../../../shared/operations/watermark-object.ts';
import { outcome, refusalOf, runs } from '../request/outcome.ts';

/** Node's own encoder (RFC 4648, section 5), which shares no code with the decoder. */
const encode = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url');

const processed = '?x-oss-process=image/resize,P_';

describe('the object of a watermark', () => {
  it.each([
    ['logo.png', 'logo', undefined],
    ['brand/mark.png', 'mark', undefined],
    ['water/site80', 'site80', undefined],
    ['a/b.c/my.logo.v2.PNG', 'my.logo.v2', undefined],
    ['_watermarks/logo.png', 'logo', undefined],
    ['水印/logo.png', 'logo', undefined],
    ['a b+c/logo.png', 'logo', undefined],
    [`img/logo.png${processed}25`, 'logo', '25'],
    [`img/logo.png${processed}100`, 'logo', '100'],
  ])('%s is the watermark %s', (object, id, percent) => {
    expect(readWatermarkObject(encode(object))).toMatchObject({ id, percent });
  });

  it('may be padded, but only as far as it needs', () => {
    for (const object of ['a', 'ab', 'abc', 'abcd']) {
      const bare = encode(object);
      const padded = bare.padEnd(Math.ceil(bare.length / 4) * 4, '=');
      expect(readWatermarkObject(padded)).toEqual(readWatermarkObject(bare));
      expect(outcome(() => readWatermarkObject(`${padded}=`))).toBe('malformed');
    }
  });

  it.each([
    ['nothing', ''],
    ['padding alone', '=='],
    ['an empty file name', encode('a/')],
    ['an extension alone', encode('a/.png')],
    ['a folder above', encode('../logo.png')],
    ['a folder above, within', encode('a/../logo.png')],
    ['the folder itself', encode('./logo.png')],
    ['an empty segment', encode('a//logo.png')],
    ['a leading slash', encode('/logo.png')],
    ['a backslash', encode('a\\logo.png')],
    ['NUL', encode('a\0/logo.png')],
    ['NUL behind the name', encode('logo.png\0')],
    ['a line feed', encode('a\n/logo.png')],
    ['an escape sequence of a terminal', encode('\u001b[2J/logo.png')],
    ['a C1 control', encode('\u009b/logo.png')],
    ['the separator of operations', encode('a__op__b/logo.png')],
    ['another tenant, by the reserved folder', encode('_watermarks/../acme/logo.png')],
    ['a URL', encode('https://169.254.169.254/latest')],
    ['an id with an underscore', encode('my_logo.png')],
    ['an id with a space', encode('my logo.png')],
    ['an id with a comma', encode('a,i_b.png')],
    ['an id with letters of two bytes', encode('lögo.png')],
    ['an id with a character of four bytes', encode('😀.png')],
    ['an id with a byte-order mark', encode('\ufefflogo.png')],
    ['an id with fullwidth letters', encode('ｌｏｇｏ.png')],
    ['an id that is too long', encode(`${'a'.repeat(65)}.png`)],
    ['too many bytes', encode(`${'a/'.repeat(127)}bcd`)],
    ['very many bytes', 'A'.repeat(100_000)],
    ['a byte that is not UTF-8', encode(Uint8Array.of(0x61, 0xff))],
    ['overlong UTF-8', encode(Uint8Array.of(0xc0, 0xaf, 0x61))],
    ['half of a surrogate pair', encode(Uint8Array.of(0xed, 0xa0, 0x80, 0x61))],
    ['the alphabet of plain base64', 'bG9nbz8/PnBuZw+/'],
    ['a space', 'bG9n bw'],
    ['a padding inside', 'bG==bG'],
    ['one digit too many', 'bG9nb'],
    ['bits behind the last byte', 'bG9nbx'],
    ['other processing', encode('logo.png?x-oss-process=image/blur,s_9')],
    ['more processing', encode(`logo.png${processed}9/bright,9`)],
    ['processing twice', encode(`logo.png${processed}9${processed}9`)],
    ['processing of BOS', encode('logo.png?x-bce-process=image/resize,P_9')],
    ['a watermark of the watermark', encode('a.png?x-oss-process=image/watermark,image_YQ')],
    ['an empty processing', encode('logo.png?')],
    ['a per cent of four digits', encode(`logo.png${processed}1000`)],
    ['a per cent below 0', encode(`logo.png${processed}-5`)],
  ])('is refused with %s', (_what, value) => {
    const refusal = refusalOf(() => readWatermarkObject(value));
    expect(refusal?.code).toBe('malformed');
    expect(refusal?.detail.reason).toMatch(/^watermark: image .*; upload .* write i_ID instead$/);
  });

  it('has one text for each name: of any text, only the canonical one is read', () => {
    const digit = fc.constantFrom(...'ABYZabyz0189-_=+/ ');
    const text = fc.array(digit, { maxLength: 24 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, (value) => {
        if (outcome(() => readWatermarkObject(value)) !== 'accepted') return;
        const { object, percent } = readWatermarkObject(value);
        expect(percent).toBeUndefined();
        expect(encode(object)).toBe(value.replace(/=*$/, ''));
      }),
      runs(20_000),
    );
  });

  it('gives an id of the form of ids, or is refused as malformed, for any bytes', () => {
    const name = fc.constantFrom('logo', 'a.b', '..', '_', '\0', '\\', '/', '?', 'é', '😀', '.png');
    const names = fc.array(name, { maxLength: 12 }).map((all) => encode(all.join('')));
    const bytes = fc.uint8Array({ maxLength: limits.watermarkObjectBytes + 8 }).map(encode);
    fc.assert(
      fc.property(fc.oneof(names, bytes), (value) => {
        const done = outcome(() => readWatermarkObject(value));
        expect(['accepted', 'malformed']).toContain(done);
        if (done === 'accepted')
          expect(readWatermarkObject(value).id).toMatch(/^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/);
      }),
      runs(20_000),
    );
  });
});
