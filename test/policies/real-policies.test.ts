import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { policyCost } from '../../operator/cost/policy-cost.ts';
import { policyIssues } from '../../shared/policy/issues.ts';
import {
  checkBlocked,
  compilePolicy,
  expandPreset,
  type Policy,
} from '../../shared/policy/policy.ts';
import { validPolicy } from '../../shared/policy/validation.ts';
import { policyWarnings } from '../../shared/policy/warnings.ts';
import { parseOperations } from '../../shared/recipe/recipe.ts';
import { derivativeKey } from '../../shared/recipe/storage-key.ts';
import { Refusal } from '../../shared/refusal.ts';
import { checkLifetime } from '../../shared/request/admission.ts';
import { authorize, negotiate } from '../../shared/request/stages.ts';

/* Five policies as tenants have them, with what has to pass and what must not. */

type Case = readonly [asked: string, ends: string];

const cases: Readonly<Record<string, readonly Case[]>> = {
  shop: [
    ['resize,w_320__op__format,f_auto', 'resize,w_320__op__format,f_avif'],
    ['format,f_auto__op__quality,q_80__op__resize,w_320', 'resize,w_320__op__format,f_avif'],
    ['resize,w_1280__op__quality,q_60', 'resize,w_1280__op__quality,q_60__op__format,f_src'],
    ['resize,w_321', 'denied_value'],
    ['resize,h_320', 'denied_value'],
    ['resize,w_320,limit_0', 'denied_value'],
    ['resize,w_320__op__quality,q_70', 'denied_value'],
    ['resize,w_320__op__quality,q_80,max_9999', 'denied_value'],
    ['resize,w_320__op__format,f_png', 'denied_value'],
    ['resize,w_320__op__blur,s_3', 'denied_operation'],
    ['info', 'denied_required'],
    ['format,f_auto', 'denied_required'],
    ['style,n_any', 'denied_preset'],
  ],
  cms: [
    ['resize,w_16', 'resize,w_16__op__format,f_src'],
    ['resize,w_1600__op__format,f_png', 'resize,w_1600__op__format,f_png'],
    ['resize,w_17', 'resize,w_32__op__format,f_src'],
    ['resize,w_4000', 'resize,w_1600__op__format,f_src'],
    [
      'crop,x_20,y_0,w_800,h_600__op__rotate,a_-90',
      'crop,x_20,w_800,h_600__op__rotate,a_270__op__format,f_src',
    ],
    ['rotate,a_45', 'denied_value'],
    ['crop,x_21,w_800,h_600', 'denied_value'],
    ['resize,w_160,h_90', 'denied_value'],
    ['watermark,i_logo', 'denied_operation'],
  ],
  newspaper: [
    ['resize,m_fill,w_1200,h_630,g_focus', 'resize,m_fill,w_1200,h_630,g_focus__op__format,f_src'],
    [
      'resize,m_fill,w_640,h_360,fx_35,fy_20',
      'resize,m_fill,w_640,h_360,fx_35,fy_20__op__format,f_src',
    ],
    ['style,n_card', 'resize,m_fill,w_400,h_225,g_focus__op__format,f_avif'],
    ['style,n_card__op__format,f_webp', 'resize,m_fill,w_400,h_225,g_focus__op__format,f_webp'],
    [
      'resize,w_640__op__grayscale__op__quality,q_70,max_150000__op__format,f_jpg',
      'resize,w_640__op__grayscale__op__quality,q_70,max_150000__op__format,f_jpg',
    ],
    ['resize,m_fill,w_640,h_360,fx_33,fy_20', 'denied_value'],
    ['resize,m_fill,w_1200,h_630,g_entropy', 'denied_value'],
    ['resize,m_fill,w_1200,h_631,g_focus', 'denied_value'],
    ['style,n_cards', 'denied_preset'],
  ],
  social: [
    ['style,n_avatar', 'resize,m_fill,w_96,h_96__op__circle,r_48__op__format,f_webp'],
    ['style,n_tile', 'resize,m_fill,w_300,h_300,g_smart__op__format,f_avif'],
    [
      'resize,m_fill,w_300,h_300,g_smart__op__format,f_auto',
      'resize,m_fill,w_300,h_300,g_smart__op__format,f_avif',
    ],
    ['style,n_avatar__op__format,f_png', 'denied_preset'],
    ['resize,w_300', 'denied_preset'],
    ['style,n_original', 'denied_preset'],
    ['info', 'denied_preset'],
  ],
  marketing: [
    ['resize,w_1280', 'resize,w_1280__op__format,f_src'],
    ['resize,w_1920,h_1080', 'resize,w_1920,h_1080__op__format,f_src'],
    [
      'resize,m_pad,w_1200,h_628,color_112233',
      'resize,m_pad,w_1200,h_628,color_112233__op__format,f_src',
    ],
    ['watermark,i_logo-2026,p_20', 'watermark,i_logo-2026,p_20__op__format,f_src'],
    ['placeholder,k_lqip', 'placeholder,k_lqip'],
    ['interlace,i_1__op__format,f_auto', 'format,f_avif'],
    ['watermark,i_logo-2026', 'denied_value'],
    ['watermark,i_other,p_20', 'denied_value'],
    ['resize,m_pad,w_1200,h_628,color_112234', 'denied_value'],
    ['placeholder,k_blurhash', 'denied_value'],
  ],
};

const documentOf = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'));

const policies = new Map<string, Policy>(
  Object.keys(cases).map((name) => [name, compilePolicy(validPolicy(documentOf(name)))]),
);
const policyOf = (name: string): Policy => {
  const found = policies.get(name);
  if (found === undefined) throw new Error(`there is no policy ${name}`);
  return found;
};

const now = 1_800_000_000;

function endOf(name: string, asked: string): string {
  const policy = policyOf(name);
  try {
    const steps = expandPreset(policy, parseOperations(asked));
    const request = { tenant: name, path: 'a.jpg', steps };
    const settled = negotiate(request, 'image/avif,image/webp', policy.autoFormats);
    return derivativeKey(authorize(settled, policy, now)).key.slice(`${name}/a.jpg__op__`.length);
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
}

describe.each(Object.entries(cases))('the policy of a %s', (name, rows) => {
  it('is sound, and allows nothing that no request can have', () => {
    const document = documentOf(name);
    expect(policyIssues(document)).toEqual([]);
    expect(policyWarnings(validPolicy(document), Date.now())).toEqual([]);
  });

  it.each(rows)('%s ends in %s', (asked, ends) => {
    expect(endOf(name, asked)).toBe(ends);
  });
});

describe('how many images a source can have', () => {
  it.each([
    ['shop', 72n],
    ['social', 13n],
  ])('by the policy of a %s is %s', (name, count) => {
    expect(policyCost(policyOf(name)).derivativesPerSource).toBe(count);
  });
});

describe('who may ask for how long', () => {
  const inSeconds = (seconds: number | undefined) =>
    seconds === undefined ? undefined : String(now + seconds);
  it.each([
    ['shop', 604_800, true],
    ['shop', undefined, false],
    ['social', 900, true],
    ['social', 961, false],
    ['marketing', undefined, true],
    ['marketing', 315_360_000, true],
  ])('%s: %s seconds is %s', (name, seconds, allowed) => {
    const check = () => checkLifetime(policyOf(name), inSeconds(seconds), now);
    if (allowed) expect(check).not.toThrow();
    else expect(check).toThrow(Refusal);
  });

  it('an album that was removed is gone, and its neighbour is not', () => {
    expect(() => checkBlocked(policyOf('social'), 'albums/removed/1.jpg')).toThrow(Refusal);
    expect(() => checkBlocked(policyOf('social'), 'albums/kept/1.jpg')).not.toThrow();
  });
});
