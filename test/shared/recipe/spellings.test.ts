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
  [bos('image/resize,m_lfit,w_400/format,f_auto'), 'resize,w_400__op__format,f_auto'],
  [bos('image/quality,q_60/resize,w_400'), 'resize,w_400__op__quality,q_60'],
  [bos('image/bright,b_-10'), 'bright,b_-10'],
  [bos('image/sharpen,s_60'), 'sharpen,s_60'],
];

/** Orders that draw the same, although they are not the table's. */
const commuting: readonly [string, string][] = [
  ['image/grayscale/crop,w_100', 'crop,w_100__op__grayscale'],
  ['image/bright,b_10/flip,d_h', 'flip,d_h__op__bright,b_10'],
];

const order: readonly [string, string, string][] = [
  ['image/resize,w_100/rotate,a_90', 'rotate', 'resize'],
  ['image/resize,w_100/crop,w_50', 'crop', 'resize'],
  ['image/blur,s_2/resize,w_100', 'resize', 'blur'],
  ['image/resize,w_100/frames,n_1', 'frames', 'resize'],
  ['image/contrast,c_10/bright,b_10', 'bright', 'contrast'],
  ['image/flip,d_h/crop,w_50', 'crop', 'flip'],
  ['image/watermark,i_a/circle,r_9', 'circle', 'watermark'],
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

  it('name a preset with style/ in OSS only', () => {
    expect(parseQueryRecipe(oss('style/thumb'))).toEqual({ steps: [], preset: 'thumb' });
    expect(refusalOf(bos('style/thumb'))).toContain('malformed');
  });

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
