import { describe, expect, it } from 'vitest';
import { canonicalRecipe } from '../../../shared/recipe/canonical.ts';
import { parseOperations } from '../../../shared/recipe/recipe.ts';
import { parseQueryRecipe, type QueryRecipe } from '../../../shared/recipe/spellings.ts';
import { Refusal } from '../../../shared/refusal.ts';

const oss = (value: string): QueryRecipe => ({ name: 'x-oss-process', value });
const bos = (value: string): QueryRecipe => ({ name: 'x-bce-process', value });

const keyOf = (query: QueryRecipe): string => canonicalRecipe(parseQueryRecipe(query).steps).text;

function refusalOf(query: QueryRecipe): string {
  try {
    parseQueryRecipe(query);
  } catch (thrown) {
    if (thrown instanceof Refusal) return `${thrown.code}: ${thrown.detail.reason}`;
    throw thrown;
  }
  return 'read';
}

/** What their owners' users write, and the suffix that is the same. */
const same: readonly [QueryRecipe, string][] = [
  [oss('image/resize,w_400/format,webp'), 'resize,w_400__op__format,f_webp'],
  [oss('image/resize,m_fill,h_100,w_100'), 'resize,m_fill,w_100,h_100'],
  [oss('image/resize,w_100/auto-orient,1'), 'resize,w_100'],
  [oss('image/auto-orient,0/resize,w_100'), 'orient,o_0__op__resize,w_100'],
  [oss('image/crop,x_10,y_10,w_200,h_200,g_se'), 'crop,x_10,y_10,w_200,h_200,g_se'],
  [oss('image/indexcrop,x_100,i_0'), 'indexcrop,x_100'],
  [oss('image/rounded-corners,r_30/format,png'), 'rounded-corners,r_30__op__format,f_png'],
  [oss('image/circle,r_100'), 'circle,r_100'],
  [oss('image/rotate,90'), 'rotate,a_90'],
  [oss('image/bright,-50'), 'bright,b_-50'],
  [oss('image/contrast,25'), 'contrast,c_25'],
  [oss('image/sharpen,100'), 'sharpen,s_100'],
  [oss('image/blur,r_3,s_2'), 'blur,s_2'],
  [oss('image/interlace,1/format,jpg'), 'interlace,i_1__op__format,f_jpg'],
  [oss('image/quality,Q_60'), 'quality,q_60'],
  [oss('image/format,jpg/resize,w_100'), 'resize,w_100__op__format,f_jpg'],
  [oss('image/average-hue'), 'average-hue'],
  [oss('image/info'), 'info'],
  [oss('image/flip,0'), 'flip,d_v'],
  [oss('image/flip,1'), 'flip,d_h'],
  [oss('image/flip,2'), 'flip,d_hv'],
  [oss('image/frames,1/resize,w_100'), 'frames,n_1__op__resize,w_100'],
  [bos('image/frames,n_1/format,f_webp'), 'frames,n_1__op__format,f_webp'],
  [bos('image/interlace,i_progressive/format,f_jpg'), 'interlace,i_1__op__format,f_jpg'],
  [bos('image/interlace,i_baseline'), 'interlace,i_0'],
  [bos('image/resize,m_lfit,w_400/format,f_auto'), 'resize,w_400,limit_0__op__format,f_auto'],
  [bos('image/resize,m_lfit,w_400,limit_1'), 'resize,w_400'],
  [bos('image/resize,p_50'), 'resize,p_50'],
  [bos('image/resize,p_150'), 'resize,p_150,limit_0'],
  [bos('image/resize,m_fill,w_4,h_3,align_50,limit_1'), 'resize,m_fill,w_4,h_3'],
  [bos('image/quality,q_60/resize,w_400'), 'resize,w_400,limit_0__op__quality,q_60'],
  [bos('image/format,f_auto,/quality,q_60'), 'format,f_auto__op__quality,q_60'],
  [bos('image/format,f_jpeg'), 'format,f_jpg'],
  [oss('image/format,jpeg'), 'format,f_jpg'],
  [oss('image/resize,w_9,/format,webp,'), 'resize,w_9__op__format,f_webp'],
  [oss('image/resize,w_9/ignore-error,1'), 'resize,w_9'],
  [oss('image/resize,m_mfit,w_50,h_30/crop,w_50,h_30,g_center'), 'resize,m_fill,w_50,h_30'],
  [
    oss('image/resize,h_30,w_50,limit_0,m_mfit/crop,g_center,h_30,w_50/format,webp'),
    'resize,m_fill,w_50,h_30,limit_0__op__format,f_webp',
  ],
  // OSS ignores l and s next to w or h, and p next to any of them.
  [oss('image/resize,h_342,l_342'), 'resize,h_342'],
  [oss('image/resize,s_5,m_fill,w_20,h_30'), 'resize,m_fill,w_20,h_30'],
  [oss('image/resize,p_50,l_90'), 'resize,l_90'],
  [oss('image/resize,l_10,s_10,p_50,w_7,limit_0'), 'resize,w_7,limit_0'],
  [bos('image/bright,b_-10'), 'bright,b_-10'],
  [bos('image/sharpen,s_60'), 'sharpen,s_60'],
  // image: base64url of `brand/mark.png`, with and without padding, and of a file without extension.
  [oss('image/watermark,image_YnJhbmQvbWFyay5wbmc=,t_80'), 'watermark,i_mark,t_80'],
  [oss('image/watermark,image_YnJhbmQvbWFyay5wbmc,P_20'), 'watermark,i_mark,p_20'],
  // img/logo.png?x-oss-process=image/resize,P_25
  [
    oss(
      'image/watermark,image_aW1nL2xvZ28ucG5nP3gtb3NzLXByb2Nlc3M9aW1hZ2UvcmVzaXplLFBfMjU=,g_nw,x_5',
    ),
    'watermark,i_logo,g_nw,x_5,p_25',
  ],
  [bos('image/watermark,image_d2F0ZXIvc2l0ZTgw,xp_4,yp_3,a_0'), 'watermark,i_site80,xp_4,yp_3'],
  ...[
    ['1', 'nw'],
    ['2', 'north'],
    ['3', 'ne'],
    ['4', 'west'],
    ['5', 'center'],
  ].map(([number, point]): [QueryRecipe, string] => [
    bos(`image/watermark,i_a,g_${number}`),
    `watermark,i_a,g_${point}`,
  ]),
  ...[
    ['6', 'east'],
    ['7', 'sw'],
    ['8', 'south'],
    ['9', 'se'],
  ].map(([number, point]): [QueryRecipe, string] => [
    bos(`image/watermark,i_a,g_${number}`),
    `watermark,i_a,g_${point}`,
  ]),
];

/** Orders that draw the same, although they are not the table's. */
const commuting: readonly [string, string][] = [
  ['image/grayscale/crop,w_100', 'crop,w_100__op__grayscale'],
  ['image/bright,b_10/flip,d_h', 'flip,d_h__op__bright,b_10'],
  [
    'image/watermark,i_a,P_20,xp_5,yp_5/resize,h_90,limit_1',
    'resize,h_90__op__watermark,i_a,p_20,xp_5,yp_5',
  ],
];

const order: readonly [string, string, string][] = [
  ['image/resize,w_100/rotate,a_90', 'rotate', 'resize'],
  ['image/resize,w_100/crop,w_50', 'crop', 'resize'],
  ['image/blur,s_2/resize,w_100', 'resize', 'blur'],
  ['image/resize,w_100/frames,n_1', 'frames', 'resize'],
  ['image/contrast,c_10/bright,b_10', 'bright', 'contrast'],
  ['image/flip,d_h/crop,w_50', 'crop', 'flip'],
  ['image/watermark,i_a/circle,r_9', 'circle', 'watermark'],
  ['image/watermark,i_a,P_20,xp_5/resize,h_90', 'resize', 'watermark'],
  ['image/watermark,i_a,P_20,xp_5,yp_5/resize,m_fill,w_9,h_9', 'resize', 'watermark'],
  ['image/watermark,i_a,P_20,xp_5,yp_5/blur,s_5', 'blur', 'watermark'],
  ['image/resize,m_mfit,w_50,h_30/crop,w_50,h_31,g_center', 'crop', 'resize'],
  ['image/resize,m_mfit,w_50,h_30/crop,w_50,h_30', 'crop', 'resize'],
  ['image/resize,m_mfit,w_50,h_30/crop,w_50,h_30,g_center,x_1', 'crop', 'resize'],
  ['image/resize,m_lfit,w_50,h_30/crop,w_50,h_30,g_center', 'crop', 'resize'],
];

describe('the query spellings', () => {
  it.each(same)('$0.name=$0.value is the suffix %s', (query, suffix) => {
    expect(keyOf(query)).toBe(canonicalRecipe(parseOperations(suffix).steps).text);
  });

  it.each(commuting)('%s draws the same as the suffix %s', (value, suffix) => {
    expect(keyOf(bos(value))).toBe(canonicalRecipe(parseOperations(suffix).steps).text);
  });

  it.each(order)('%s would draw a different image: %s runs before %s', (value, later, earlier) => {
    expect(refusalOf(bos(value))).toBe(
      `malformed: x-bce-process: ${later} runs before ${earlier} here and is written after it; write ${later} first`,
    );
  });

  it.each(['thumb', 'p_list', 'a.b-c_d', '300', 'x'.repeat(64)])('name the preset %s', (preset) => {
    expect(parseQueryRecipe(oss(`style/${preset}`))).toEqual({ steps: [], preset });
    expect(parseQueryRecipe(bos(`style/${preset}`))).toEqual({ steps: [], preset });
    expect(parseOperations(`style,n_${preset}`)).toEqual({ steps: [], preset });
  });

  it.each(['_a', 'a_', 'a__b', 'a-', 'a..b', 'a/b', 'a,b', 'é', '', 'x'.repeat(65)])(
    'refuse the preset name "%s"',
    (preset) => {
      for (const query of [oss(`style/${preset}`), bos(`style/${preset}`)])
        expect(refusalOf(query)).toMatch(/^malformed: style/);
    },
  );

  it.each([
    [bos('image/resize,w_9,wp_50'), 'write m_fixed with w and h, or p'],
    [bos('image/resize,m_pad,w_9,h_9,sigma_5'), 'write m_pad with color'],
    [bos('image/resize,m_fill,w_9,h_9,align_0'), 'write m_fill with g'],
    [bos('image/sharpen,r_2,s_50'), 'write s_50 to s_399 alone'],
    [bos('image/quality,Q_80,c_ge'), 'leave it out'],
    [oss('image/quality,q_lossless'), 'write q_100, or format,png'],
    [oss('image/crop,x_-10,w_90'), 'write x_0 and make w smaller by 10'],
    [oss('image/crop,w_9,h_9,north'), 'write crop,g_north'],
    [oss('image/resize,w_9,,h_9'), 'write one comma'],
    [oss('image/resize,w_9,,'), 'write one comma'],
    [oss('image/resize,w_9|sys/saveas,o_eA'), 'leave out sys/saveas'],
    [oss('image/watermark,text_YQ,size_9'), 'draw the text into a PNG'],
    [bos('image/watermark,i_a,bucket_b'), 'upload it as _watermarks/ID.png'],
    [bos('image/watermark,i_a,a_30'), 'upload a turned one'],
    [oss('image/blindwatermark,content_YQ'), 'watermark,i_ID'],
    [oss('image/exif'), 'write info'],
    [oss('image/watermark,i_a,x_1,xp_2'), 'takes x or xp, not both'],
    [oss('image/watermark,i_a,y_1,yp_2'), 'takes y or yp, not both'],
  ])('$0.name=$0.value is refused with what to write instead: %s', (query, instead) => {
    expect(refusalOf(query)).toContain(instead);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'have no parameter and no operation %s',
    (name) => {
      for (const value of [
        `image/watermark,${name}_1`,
        `image/resize,w_9,${name}_1`,
        `image/${name}`,
      ])
        expect(refusalOf(bos(value))).toMatch(/^malformed: /);
    },
  );

  it.each([
    ['', oss('')],
    ['nothing behind image/', oss('image/')],
    ['another prefix', oss('video/snapshot,t_1')],
    ['no prefix', oss('resize,w_100')],
    ['an empty operation', oss('image/resize,w_100//format,webp')],
    ['a bare value in BOS', bos('image/format,webp')],
    ['two bare values', oss('image/rotate,90,180')],
    ['a bare value beside its own parameter', oss('image/rotate,90,a_180')],
    ['an operation twice', oss('image/resize,w_1/resize,w_2')],
    ['an unknown operation', oss('image/sepia')],
    ['a preset with an operation behind it', oss('style/thumb/resize,w_1')],
    ['a preset without a name', oss('style/')],
  ])('refuse %s', (_what, query) => {
    expect(refusalOf(query)).toMatch(/^malformed: /);
  });
});
