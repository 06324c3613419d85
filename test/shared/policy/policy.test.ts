import { describe, expect, it } from 'vitest';
import { readPreset } from '../../../shared/policy/compiled.ts';
import { expandPreset, findDenial, isAllowed } from '../../../shared/policy/policy.ts';
import { canonicalRecipe } from '../../../shared/recipe/canonical.ts';
import { parseOperations } from '../../../shared/recipe/recipe.ts';
import { checkKid, checkLifetime } from '../../../shared/request/admission.ts';
import { canonicalText, recipeOf } from '../recipe/recipes.ts';
import type { Outcome } from '../request/outcome.ts';
import { outcome, refusalOf } from '../request/outcome.ts';
import { type PolicyFields, policyOf } from './policies.ts';

type Case = readonly [written: string, answer: Outcome];
type Chapter = readonly [rule: string, fields: PolicyFields, cases: readonly Case[]];

const resize = (rules: unknown): PolicyFields => ({ operations: { resize: rules } });
const thumb = 'resize,m_fill,w_200,h_200__op__quality,q_60__op__format,f_auto';

/** The decision rule of a policy, a sentence at a time. */
const chapters: readonly Chapter[] = [
  [
    'an operation that is not named is denied',
    { operations: { crop: {} } },
    [
      ['resize,w_400', 'denied_operation'],
      ['orient,o_0', 'denied_operation'],
      ['quality,q_60', 'denied_operation'],
      ['format,f_jpg', 'denied_operation'],
    ],
  ],
  [
    'the source in its own format is always allowed, and so is a revision',
    { operations: {} },
    [
      ['format', 'accepted'],
      ['format,f_src', 'accepted'],
      ['orient,o_1', 'accepted'],
      ['quality,q_80', 'accepted'],
      ['crop', 'accepted'],
      ['version,v_1', 'accepted'],
      ['version,v_anything-at-all', 'accepted'],
      ['download', 'accepted'],
      ['download,n_anything-at-all', 'accepted'],
    ],
  ],
  [
    'the first frame needs a rule',
    { operations: { resize: { w: [8] }, format: { f: ['webp', 'jpg'] } } },
    [
      ['frames,n_1', 'denied_operation'],
      ['frames,n_1__op__format,f_webp', 'denied_operation'],
      // A JPEG is its first frame anyway.
      ['frames,n_1__op__format,f_jpg', 'accepted'],
    ],
  ],
  [
    'the first frame is allowed by its rule, and by a preset',
    { operations: { frames: { n: [1] } }, presets: { poster: 'frames,n_1__op__resize,w_9' } },
    [
      ['frames,n_1', 'accepted'],
      ['frames,n_1__op__resize,w_8', 'denied_operation'],
      ['resize,w_9', 'denied_operation'],
      ['resize,w_9__op__frames,n_1', 'accepted'],
    ],
  ],
  [
    'the format of the source needs no rule even where other formats have some',
    { operations: { format: { f: ['jpg'] } } },
    [
      ['format,f_src', 'accepted'],
      ['format,f_jpg', 'accepted'],
      ['format,f_webp', 'denied_value'],
    ],
  ],
  [
    'a value must be in the list',
    resize({ w: [320, 640] }),
    [
      ['resize,w_320', 'accepted'],
      ['resize,w_640', 'accepted'],
      ['resize,w_321', 'denied_value'],
      ['resize,w_960', 'denied_value'],
    ],
  ],
  [
    'a parameter that is named must be there',
    resize({ w: [320], h: [200] }),
    [
      ['resize,w_320,h_200', 'accepted'],
      ['resize,w_320', 'denied_value'],
      ['resize,h_200', 'denied_value'],
    ],
  ],
  [
    'null in a list says that it may be left out',
    resize({ w: [320], h: [200, null] }),
    [
      ['resize,w_320,h_200', 'accepted'],
      ['resize,w_320', 'accepted'],
      ['resize,h_200', 'denied_value'],
    ],
  ],
  [
    'null allows the default of a parameter that has one',
    resize({ m: ['fill', null], w: [320], h: [200] }),
    [
      ['resize,m_fill,w_320,h_200', 'accepted'],
      ['resize,m_lfit,w_320,h_200', 'accepted'],
      ['resize,w_320,h_200', 'accepted'],
      ['resize,m_pad,w_320,h_200', 'denied_value'],
    ],
  ],
  [
    'a parameter that is not named must be at its default',
    resize({ w: [320], h: [200] }),
    [
      ['resize,w_320,h_200,limit_1', 'accepted'],
      ['resize,w_320,h_200,limit_0', 'denied_value'],
      ['resize,m_lfit,w_320,h_200', 'accepted'],
      ['resize,m_fill,w_320,h_200', 'denied_value'],
      ['resize,m_pad,w_320,h_200,color_000000', 'denied_value'],
    ],
  ],
  [
    'a default is checked where its parameter is named',
    resize({ m: ['fill'], w: [320], h: [200] }),
    [
      ['resize,m_fill,w_320,h_200', 'accepted'],
      ['resize,w_320,h_200', 'denied_value'],
    ],
  ],
  [
    'a range has a least, a greatest and a step',
    resize({ h: { min: 10, max: 45, step: 10 } }),
    [
      ['resize,h_10', 'accepted'],
      ['resize,h_40', 'accepted'],
      ['resize,h_9', 'denied_value'],
      ['resize,h_15', 'denied_value'],
      ['resize,h_45', 'denied_value'],
      ['resize,h_50', 'denied_value'],
      ['resize,w_20', 'denied_value'],
    ],
  ],
  [
    'a range steps from its least and by one when nothing else is said',
    {
      operations: {
        resize: { w: { min: 7, max: 9 } },
        rotate: { a: { min: 5, max: 90, step: 40 } },
      },
    },
    [
      ['resize,w_7', 'accepted'],
      ['resize,w_8', 'accepted'],
      ['resize,w_10', 'denied_value'],
      ['rotate,a_5', 'accepted'],
      ['rotate,a_45', 'accepted'],
      ['rotate,a_405', 'accepted'],
      ['rotate,a_85', 'accepted'],
      ['rotate,a_40', 'denied_value'],
    ],
  ],
  [
    'one rule of a list suffices, and rules do not mix',
    resize([{ m: ['fill'], w: [400], h: [300] }, { w: [320, 640] }, { h: { min: 10, max: 20 } }]),
    [
      ['resize,m_fill,w_400,h_300', 'accepted'],
      ['resize,w_640', 'accepted'],
      ['resize,h_15', 'accepted'],
      ['resize,m_fill,w_320,h_300', 'denied_value'],
      ['resize,w_400', 'denied_value'],
      ['resize,w_320,h_15', 'denied_value'],
      ['resize,m_fill,w_400,h_300,g_nw', 'denied_value'],
    ],
  ],
  [
    'an empty rule allows the defaults alone',
    { operations: { crop: {}, resize: {}, flip: {} } },
    [
      ['crop', 'accepted'],
      ['crop,x_1', 'denied_value'],
      ['resize,w_1', 'denied_value'],
      ['resize,p_100', 'accepted'],
      ['flip,d_h', 'denied_value'],
    ],
  ],
  [
    'an operation that is left out is allowed unless it is required',
    { operations: { quality: { q: [60] }, flip: { d: ['h'] } }, require: ['quality'] },
    [
      ['quality,q_60', 'accepted'],
      ['quality,q_60__op__flip,d_h', 'accepted'],
      ['flip,d_h', 'denied_required'],
      ['format', 'denied_required'],
      ['quality,q_61', 'denied_value'],
    ],
  ],
  [
    'an operation is not required in a format in which it has no effect',
    {
      operations: {
        frames: { n: [1] },
        quality: { q: [60] },
        format: { f: ['jpg', 'png', 'gif', 'webp'] },
      },
      require: ['frames', 'quality'],
    },
    [
      ['frames,n_1__op__quality,q_60__op__format,f_webp', 'accepted'],
      ['quality,q_60__op__format,f_webp', 'denied_required'],
      ['frames,n_1__op__format,f_webp', 'denied_required'],
      ['frames,n_1__op__quality,q_60__op__format,f_jpg', 'accepted'],
      ['quality,q_60__op__format,f_jpg', 'accepted'],
      ['format,f_jpg', 'denied_required'],
      ['format,f_png', 'accepted'],
      ['frames,n_1__op__format,f_gif', 'accepted'],
      ['format,f_gif', 'denied_required'],
      ['frames,n_1__op__quality,q_60', 'accepted'],
      ['quality,q_60', 'denied_required'],
    ],
  ],
  [
    'auto allows what it can settle on, and the format of the source',
    { operations: { format: { f: ['auto'] } }, auto: { format: ['avif', 'jpg'] } },
    [
      ['format,f_avif', 'accepted'],
      ['format,f_jpg', 'accepted'],
      ['format,f_src', 'accepted'],
      ['format,f_webp', 'denied_value'],
      ['format,f_png', 'denied_value'],
    ],
  ],
  [
    'auto is avif and webp when nothing else is said',
    { operations: { format: { f: ['auto', 'gif'] } } },
    [
      ['format,f_avif', 'accepted'],
      ['format,f_webp', 'accepted'],
      ['format,f_gif', 'accepted'],
      ['format,f_jpg', 'denied_value'],
    ],
  ],
  [
    'a format that is allowed does not allow auto to settle on another',
    { operations: { format: { f: ['webp'] } } },
    [
      ['format,f_webp', 'accepted'],
      ['format,f_avif', 'denied_value'],
    ],
  ],
  [
    'a preset is allowed in every format that auto can settle on, without any rule',
    { presets: { thumb } },
    [
      ['resize,m_fill,w_200,h_200__op__quality,q_60__op__format,f_avif', 'accepted'],
      ['resize,m_fill,w_200,h_200__op__quality,q_60__op__format,f_webp', 'accepted'],
      ['resize,m_fill,w_200,h_200__op__quality,q_60__op__format,f_src', 'accepted'],
      ['resize,m_fill,w_200,h_200__op__quality,q_60__op__format,f_jpg', 'denied_operation'],
      ['resize,m_fill,w_200,h_200__op__format,f_webp', 'denied_operation'],
      ['resize,m_fill,w_200,h_201__op__quality,q_60__op__format,f_webp', 'denied_operation'],
      ['version,v_7__op__resize,h_200,w_200,m_fill__op__quality,Q_60', 'accepted'],
    ],
  ],
  [
    'a preset is allowed in its own format and in those of auto',
    {
      presets: { card: 'resize,w_9__op__quality,q_60__op__format,f_png' },
      auto: { format: ['gif', 'webp'] },
    },
    [
      ['resize,w_9__op__format,f_png', 'accepted'],
      ['resize,w_9__op__format,f_gif', 'accepted'],
      ['resize,w_9__op__quality,q_60__op__format,f_webp', 'accepted'],
      ['resize,w_9__op__quality,q_60', 'accepted'],
      // PNG and GIF ignore the quality, WebP does not.
      ['resize,w_9__op__format,f_webp', 'denied_operation'],
      ['resize,w_9', 'denied_operation'],
      ['resize,w_9__op__quality,q_60__op__format,f_jpg', 'denied_operation'],
    ],
  ],
  [
    'a preset need not have required operations',
    {
      operations: { resize: { w: [9] }, quality: { q: [60] } },
      require: ['quality'],
      presets: { bare: 'resize,w_8__op__format,f_src' },
    },
    [
      ['resize,w_8', 'accepted'],
      ['resize,w_9', 'denied_required'],
      ['resize,w_9__op__quality,q_60', 'accepted'],
    ],
  ],
  [
    'presets alone are allowed where the policy says so',
    {
      operations: { resize: { w: [9] } },
      presetsOnly: true,
      presets: { bare: 'resize,w_8' },
    },
    [
      ['resize,w_8', 'accepted'],
      ['version,v_1__op__resize,w_8', 'accepted'],
      ['resize,w_9', 'denied_preset'],
      ['format', 'denied_preset'],
    ],
  ],
];

describe.each(chapters)('%s:', (_rule, fields, cases) => {
  it.each(cases)('%s is %s', (written, answer) => {
    const policy = policyOf(fields);
    expect(findDenial(policy, recipeOf(written))?.code ?? 'accepted').toBe(answer);
    expect(isAllowed(policy, recipeOf(written))).toBe(answer === 'accepted');
    // However it was spelled, the answer is that of the canonical text.
    expect(findDenial(policy, recipeOf(canonicalText(written)))?.code ?? 'accepted').toBe(answer);
  });
});

describe('a denial', () => {
  const policy = policyOf({
    ...resize({ w: [320] }),
    require: ['resize'],
    presets: { a: 'crop,x_1' },
  });

  it.each([
    ['resize,w_321', 'operations.resize', [{ w: [320] }]],
    ['resize,w_320__op__flip,d_h', 'operations', ['resize']],
    ['format', 'require', ['resize']],
  ])('of %s names the rule %s and what it allows', (written, rule, values) => {
    expect(findDenial(policy, recipeOf(written))?.detail).toMatchObject({ rule, allowed: values });
  });
});

describe('style', () => {
  const old = 'version,v_1__op__resize,w_9';
  const poster = 'frames,n_1__op__quality,q_60__op__interlace,i_1__op__format,f_gif';
  const policy = policyOf({ presets: { thumb, old, poster, facts: 'info', save: 'download,n_a' } });
  const expanded = (written: string): string =>
    canonicalRecipe(expandPreset(policy, parseOperations(written))).text;

  it.each([
    ['style,n_thumb', thumb],
    ['style,n_thumb__op__format,f_webp', thumb.replace('auto', 'webp')],
    ['format,f_src__op__style,n_thumb', thumb.replace('auto', 'src')],
    ['style,n_thumb__op__format,f_gif', 'resize,m_fill,w_200,h_200__op__format,f_gif'],
    ['style,n_thumb__op__version,v_2', `version,v_2__op__${thumb}`],
    ['style,n_thumb__op__download', `download__op__${thumb}`],
    ['style,n_thumb__op__download,n_cat', `download,n_cat__op__${thumb}`],
    ['style,n_save', 'download,n_a__op__format,f_src'],
    ['style,n_save__op__download', 'download__op__format,f_src'],
    ['style,n_facts__op__version,v_2', 'version,v_2__op__info'],
    ['style,n_facts__op__format,f_webp', 'info'],
    ['style,n_old', 'version,v_1__op__resize,w_9__op__format,f_src'],
    ['style,n_old__op__version,v_2', 'version,v_2__op__resize,w_9__op__format,f_src'],
    ['style,n_poster', 'frames,n_1__op__format,f_gif'],
    // What the format of the preset ignores counts in another one.
    ['style,n_poster__op__format,f_webp', 'frames,n_1__op__quality,q_60__op__format,f_webp'],
    ['style,n_poster__op__format,f_jpg', 'quality,q_60__op__interlace,i_1__op__format,f_jpg'],
    ['style,n_poster__op__format,f_png', 'interlace,i_1__op__format,f_png'],
    [
      'style,n_poster__op__format,f_src',
      'frames,n_1__op__quality,q_60__op__interlace,i_1__op__format,f_src',
    ],
    ['resize,w_9', 'resize,w_9__op__format,f_src'],
  ])('%s stands for %s', (written, recipe) => {
    expect(expanded(written)).toBe(recipe);
    expect(canonicalText(recipe)).toBe(recipe);
  });

  it.each([
    '',
    '__op__format,f_gif',
    '__op__format,f_webp',
    '__op__format,f_avif',
    '__op__format,f_src',
  ])('style,n_poster%s is allowed, and so is the key that it gets', (more) => {
    const asked = canonicalRecipe(expandPreset(policy, parseOperations(`style,n_poster${more}`)));
    const inKey = recipeOf(asked.text);
    expect([findDenial(policy, asked), findDenial(policy, inKey)]).toEqual([undefined, undefined]);
    expect(inKey).toEqual(asked);
  });

  it.each(['style,n_facts__op__download', 'download,n_a__op__format,f_auto__op__style,n_facts'])(
    '%s is malformed, because the preset answers with JSON',
    (written) => {
      const { code, message } = refusalOf(() => expanded(written)) ?? {};
      expect({ code, message }).toEqual({
        code: 'malformed',
        message: 'info cannot be combined with download, which is for images only',
      });
    },
  );

  it.each(['style,n_nope', 'style,n_THUMB', 'style,n_constructor', 'style,n_toString'])(
    '%s names a preset that the policy does not have',
    (written) => {
      const refusal = refusalOf(() => expanded(written));
      expect(refusal?.code).toBe('denied_preset');
      expect(refusal?.detail).toMatchObject({
        rule: 'presets',
        allowed: ['thumb', 'old', 'poster', 'facts', 'save'],
      });
    },
  );

  it.each(['style,n_thumb', 'style,n_thumb__op__format,f_jpg', 'resize', 'nope', ''])(
    'a preset cannot be %j',
    (text) => expect(outcome(() => readPreset(text))).toBe('malformed'),
  );
});

describe('keys', () => {
  const both = policyOf({ operations: {}, keys: { active: 'r1.2', accept: ['r1.1', 'r1.2'] } });

  it.each([
    ['r1.1', 'accepted'],
    ['r1.2', 'accepted'],
    ['r1.3', 'denied_kid'],
    ['r2.1', 'denied_kid'],
    ['r1.0', 'denied_kid'],
    ['r1.10', 'denied_kid'],
    ['', 'denied_kid'],
  ])('with the kid %j the URL is %s', (kid, answer) => {
    expect(outcome(() => checkKid(both, kid))).toBe(answer);
  });

  it('default to the first generation of the first root', () => {
    const none = policyOf({ operations: {} });
    expect(['r1.1', 'r1.2'].map((kid) => outcome(() => checkKid(none, kid)))).toEqual([
      'accepted',
      'denied_kid',
    ]);
  });
});

describe('a lifetime', () => {
  const now = 1_800_000_000;
  const week = policyOf({ operations: {}, urls: { maxLifetime: 604_800 } });
  const forEver = policyOf({ operations: {} });

  it.each([
    [604_800, 'accepted'],
    [604_859, 'accepted'],
    [604_860, 'accepted'],
    [604_861, 'denied_lifetime'],
    [1_000_000, 'denied_lifetime'],
    [0, 'accepted'],
    [undefined, 'denied_lifetime'],
  ])('of %s seconds under a limit of 604,800 is %s: a minute is for clocks', (seconds, answer) => {
    const exp = seconds === undefined ? undefined : String(now + seconds);
    expect(outcome(() => checkLifetime(week, exp, now))).toBe(answer);
  });

  it('is unlimited if the policy sets no limit', () => {
    for (const exp of [undefined, '9999999999'])
      expect(outcome(() => checkLifetime(forEver, exp, now))).toBe('accepted');
  });
});
