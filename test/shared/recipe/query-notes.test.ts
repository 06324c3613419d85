import { describe, expect, it } from 'vitest';
import { queryNotes } from '../../../shared/recipe/query-notes.ts';
import type { SpellingName } from '../../../shared/recipe/spellings.ts';

describe('the notes on a recipe', () => {
  it.each([
    ['x-bce-process', 'image/resize,w_400', ['resize: BOS may enlarge an image without limit_1']],
    ['x-bce-process', 'image/resize,w_400,limit_1', []],
    ['x-bce-process', 'image/resize,p_50', []],
    ['x-oss-process', 'image/resize,w_400', []],
    ['x-oss-process', 'image/quality,q_80', ['quality: q is absolute, like Q']],
    ['x-oss-process', 'image/quality,Q_80', []],
    ['x-oss-process', 'image/quality,80', ['quality: q is absolute, like Q']],
    ['x-oss-process', 'image/blur,r_3,s_2', ['blur: r is ignored']],
    ['x-oss-process', 'image/info', ['info: the answer is {"format",']],
    ['x-bce-process', 'image/format,f_auto', ['format: f_auto picks one of the types']],
    ['x-bce-process', 'image/format,f_webp', []],
    ['x-bce-process', 'image/sharpen,s_60', ['sharpen: s has the scale of OSS']],
    ['x-oss-process', 'image/resize,w_4/ignore-error,1', ['ignore-error,1: a source that']],
    [
      'x-oss-process',
      'image/watermark,image_YnJhbmQvbWFyay5wbmc=',
      ['watermark: image names the object "brand/mark.png"; Signet draws the watermark "mark"'],
    ],
    [
      'x-bce-process',
      'image/quality,q_9/resize,w_4',
      ['quality: q is absolute', 'resize: BOS may enlarge'],
    ],
    ['x-oss-process', 'style/thumb', []],
  ] as const)('%s=%s are %j', (name: SpellingName, value, expected) => {
    const notes = queryNotes({ name, value });
    expect(notes).toEqual(expected.map((start) => expect.stringContaining(start)));
  });
});
