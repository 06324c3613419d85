import { describe, expect, it } from 'vitest';
import { html } from '../../client/html.ts';
import { type Recipe, type Sizes, signet } from '../../client/signet.ts';
import { acme, edge, refusalOf } from './test-edge.ts';

const images = signet(acme);

/** The descriptors of a srcset, each with the key that the edge makes of its URL. */
async function keysOf(srcset: string, accept?: string): Promise<readonly (readonly string[])[]> {
  const candidates = srcset.split(', ').map((one) => one.split(' '));
  return Promise.all(
    candidates.map(async ([url = '', name = '']) => [name, await edge(url, accept)] as const),
  );
}

const key = (recipe: string): string => `acme/cat.jpg__op__${recipe}`;

describe('a srcset', () => {
  it.each<[string, Recipe, Sizes, readonly (readonly string[])[]]>([
    [
      'has each width',
      { format: 'webp' },
      { widths: [320, 640] },
      [
        ['320w', key('resize,w_320__op__format,f_webp')],
        ['640w', key('resize,w_640__op__format,f_webp')],
      ],
    ],
    [
      'changes only the width of its recipe',
      ['quality,q_60', 'resize,w_100,limit_0'],
      { widths: [50] },
      [['50w', key('resize,w_50,limit_0__op__quality,q_60__op__format,f_src')]],
    ],
    [
      'keeps the aspect ratio of two sides',
      { resize: { m: 'fill', w: 400, h: 300 } },
      { widths: [200, 401] },
      [
        ['200w', key('resize,m_fill,w_200,h_150__op__format,f_src')],
        ['401w', key('resize,m_fill,w_401,h_301__op__format,f_src')],
      ],
    ],
    [
      'keeps a height without a width',
      { resize: { h: 200 } },
      { widths: [320] },
      [['320w', key('resize,w_320,h_200__op__format,f_src')]],
    ],
    [
      'has multiples of a size',
      { resize: { m: 'fill', w: 101, h: 50 } },
      { densities: [1, 1.5, 2] },
      [
        ['1x', key('resize,m_fill,w_101,h_50__op__format,f_src')],
        ['1.5x', key('resize,m_fill,w_152,h_75__op__format,f_src')],
        ['2x', key('resize,m_fill,w_202,h_100__op__format,f_src')],
      ],
    ],
    [
      'has multiples of the longer side',
      'resize,l_40',
      { densities: [2] },
      [['2x', key('resize,l_80__op__format,f_src')]],
    ],
  ])('%s', async (_what, recipe, sizes, keys) => {
    expect(await keysOf(await images.srcset('cat.jpg', recipe, sizes))).toEqual(keys);
  });

  it('has one expiry', async () => {
    const expires = new Date(1_893_456_000_000);
    const srcset = await images.srcset('cat.jpg', {}, { widths: [1, 2, 3], expires });
    expect(srcset.match(/exp=1893456000/g)).toHaveLength(3);
  });

  it('has the version in each of its URLs', async () => {
    const srcset = await images.srcset('cat.jpg', {}, { widths: [1, 2], version: 'b' });
    expect(await keysOf(srcset)).toEqual([
      ['1w', key('version,v_b__op__resize,w_1__op__format,f_src')],
      ['2w', key('version,v_b__op__resize,w_2__op__format,f_src')],
    ]);
  });

  it('is refused if one of its URLs is', async () => {
    const refused = await refusalOf(() => images.srcset('../cat.jpg', {}, { widths: [1, 2] }));
    expect(refused?.message).toBe('the path has a . or .. segment');
    const sizes = { densities: [1, 2] };
    const sizeless = await refusalOf(() => images.srcset('cat.jpg', 'grayscale', sizes));
    expect(sizeless?.message).toBe('densities need a size in resize');
  });
});

describe('a picture', () => {
  it('has a source for each format, and an image in the format of its recipe', async () => {
    const options = {
      widths: [100, 200],
      sizes: '50vw',
      formats: ['avif', 'jpg'],
      alt: 'A cat',
    } as const;
    const { sources, img } = await images.picture('cat.jpg', { format: 'png' }, options);
    const [avif, jpg] = sources;
    expect(sources.map(({ type, sizes }) => [type, sizes])).toEqual([
      ['image/avif', '50vw'],
      ['image/jpeg', '50vw'],
    ]);
    const keys = (format: string) => [
      ['100w', key(`resize,w_100__op__format,f_${format}`)],
      ['200w', key(`resize,w_200__op__format,f_${format}`)],
    ];
    expect(await keysOf(avif?.srcset ?? '')).toEqual(keys('avif'));
    expect(await keysOf(jpg?.srcset ?? '')).toEqual(keys('jpg'));
    expect(await keysOf(img.srcset)).toEqual(keys('png'));
    expect(img).toMatchObject({ sizes: '50vw', alt: 'A cat' });
    expect(await edge(img.src)).toBe(key('resize,w_200__op__format,f_png'));
  });

  it('is only an image if no formats are given', async () => {
    const { sources, img } = await images.picture('cat.jpg', 'format,f_auto', { widths: [100] });
    expect(sources).toEqual([]);
    expect(img.alt).toBe('');
    expect(await keysOf(img.srcset, 'image/avif')).toEqual([
      ['100w', key('resize,w_100__op__format,f_avif')],
    ]);
  });
});

describe('the HTML of a picture', () => {
  const img = {
    src: 'https://h/a?x=1&y="\'<>',
    srcset: 'https://h/a 1w',
    sizes: undefined,
    alt: '"><script>',
  };

  it('escapes every value', () => {
    expect(html({ sources: [], img })).toBe(
      '<img src="https://h/a?x=1&amp;y=&quot;&#39;&lt;&gt;" srcset="https://h/a 1w" alt="&quot;&gt;&lt;script&gt;">',
    );
  });

  it('has its sources before the image, and the additional attributes', () => {
    const source = { type: 'image/avif', srcset: 'https://h/b 1w', sizes: '50vw' };
    const attributes = { width: 4, loading: 'lazy', hidden: true, id: undefined, ismap: false };
    expect(html({ sources: [source], img: { ...img, src: 'a', alt: 'A' } }, attributes)).toBe(
      '<picture><source type="image/avif" srcset="https://h/b 1w" sizes="50vw">' +
        '<img src="a" srcset="https://h/a 1w" alt="A" width="4" loading="lazy" hidden></picture>',
    );
  });

  it.each(['a b', 'x"', '', 'on=', 'a>b'])('cannot have an attribute named %j', (name) => {
    expect(() => html({ sources: [], img }, { [name]: 'x' })).toThrow(
      'is not a valid attribute name',
    );
  });
});
