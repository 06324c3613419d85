import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressOn } from '../../../cli/progress/bar.ts';
import type { AccessLine } from '../../../operator/logs/access-log.ts';
import { lineSplitter, maxLineBytes } from '../../../operator/logs/line-splitter.ts';
import { createDecider, type Sides } from '../../../operator/replay/decision.ts';
import {
  addDistinct,
  createDistinctCount,
  distinctCount,
} from '../../../operator/replay/distinct-count.ts';
import {
  countLine,
  emptyTally,
  replayReport,
  tallyBounds,
} from '../../../operator/replay/replay-report.ts';
import { findDenial } from '../../../shared/policy/policy.ts';
import { canonicalRecipe } from '../../../shared/recipe/canonical.ts';
import { casesOf, countCases } from '../../proof/cases.ts';
import { policyOf, usualFields } from '../../shared/policy/policies.ts';
import { recipeOf, someWrittenRecipes, writtenText } from '../../shared/recipe/recipes.ts';
import { noon, signedUrl } from '../logs/access-logs.ts';

const sidesOf = (before: object, after: object): Sides => ({
  before: { policy: policyOf({ ...before }), knowsKids: true },
  after: { policy: policyOf({ ...after }), knowsKids: true },
});

function requestFor(url: string, status = 200) {
  const [uri = '', querystring = ''] = url.split('?');
  const [host, bytes] = [undefined, undefined];
  return { at: noon, method: 'GET', host, uri, querystring, status, resultType: 'Miss', bytes };
}

const line = (target: string): AccessLine => ({ request: requestFor(signedUrl(target)) });

const wide = { operations: { resize: { w: { min: 1, max: 8_192 } }, format: { f: ['auto'] } } };

type Answers = readonly (readonly [before: string | undefined, after: string | undefined])[];

/** What `denial` says of a recipe, in each format that it can settle on, under both policies. */
function denials(text: string, { before, after }: Sides): Answers {
  const recipe = recipeOf(text);
  const own = recipe.format;
  const formats = own === 'auto' ? (['avif', 'webp', 'src'] as const) : [own];
  return formats.map((format) => {
    const settled = canonicalRecipe(recipe.steps, format);
    return [findDenial(before.policy, settled)?.code, findDenial(after.policy, settled)?.code];
  });
}

function expected(answers: Answers) {
  const lost = answers.find(([was, is]) => was === undefined && is !== undefined);
  if (lost !== undefined) return { change: 'newlyRefused', code: lost[1] };
  const allowed = answers.some(([, is]) => is === undefined);
  const won = answers.some(([was, is]) => was !== undefined && is === undefined);
  if (won) return { change: 'newlyAllowed', code: undefined };
  return { change: allowed ? 'stillAllowed' : 'refusedBeforeAndAfter', code: undefined };
}

describe('a decision of replay', () => {
  const sides = sidesOf(
    { ...usualFields, presets: {} },
    { operations: { quality: { q: [60] }, grayscale: {}, blur: { s: [5] } } },
  );
  const decide = createDecider(sides);

  function decided(text: string) {
    const verdict = decide(requestFor(signedUrl(`acme/a.jpg__op__${text}`)));
    if (verdict.kind !== 'decided') throw new Error(`${text} is not decided`);
    const { change, code, keysBefore, keysAfter } = verdict;
    return { text, change, code, keys: [keysBefore.length, keysAfter.length] };
  }

  it('is what denial says of the recipe, under both policies', () => {
    const seen = new Set<string>();
    const written = fc.oneof(
      fc.constantFrom(...someWrittenRecipes).map(writtenText),
      fc.constantFrom('resize,w_320', 'quality,q_60', 'grayscale', 'format,f_jpg', 'format,f_auto'),
    );
    fc.assert(
      fc.property(written, (text) => {
        const answers = denials(text, sides);
        const keys = [0, 1].map((at) => answers.filter((one) => one[at] === undefined).length);
        expect(decided(text)).toEqual({ text, ...expected(answers), keys });
        seen.add(expected(answers).change);
      }),
      { numRuns: 1_000 },
    );
    expect([...seen].toSorted()).toEqual([
      ...['newlyAllowed', 'newlyRefused', 'refusedBeforeAndAfter', 'stillAllowed'],
    ]);
  });
});

describe('a tally', () => {
  it('holds no more after many lines than it may', () => {
    const lines = casesOf({ proof: 300_000, test: 10_000 });
    // The paths and widths repeat together after 200,000 lines. One line in ten is unreadable.
    const [read, keys] = [(lines * 9) / 10, (Math.min(lines, 200_000) * 9) / 10];
    const decide = createDecider(sidesOf(wide, { operations: { resize: { h: [1] } } }));
    const tally = emptyTally();
    for (let at = 0; at < lines; at += 1) {
      countCases();
      if (at % 10 === 0) countLine(tally, 'unreadable', decide);
      else
        countLine(tally, line(`acme/${at % 50_000}.jpg__op__resize,w_${(at % 8_000) + 1}`), decide);
    }
    const { refused, keysBefore } = tally;
    expect([...refused.keys()]).toEqual(['denied_value']);
    expect(refused.get('denied_value')?.counts.size).toBe(tallyBounds.recipesPerCode);
    expect(keysBefore.hashes.size).toBe(keys);
    expect(replayReport(tally, 'acme')).toMatchObject({
      requests: read,
      newlyRefused: read,
      unreadable: lines - read,
      newlyRefusedBy: [{ requests: read, distinctRecipes: { count: 5_000, more: true } }],
    });
  });

  it('names the ten most frequent recipes of a code', () => {
    const decide = createDecider(sidesOf(wide, { operations: { blur: {} } }));
    const tally = emptyTally();
    for (let w = 1; w <= 12; w += 1)
      for (let times = 0; times < w; times += 1)
        countLine(tally, line(`acme/a.jpg__op__resize,w_${w}`), decide);
    const [by] = replayReport(tally, 'acme').newlyRefusedBy;
    expect(by?.recipes.map(({ requests }) => requests)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
    expect(by?.recipes[0]?.recipe).toBe('resize,w_12__op__format,f_src');
    expect(by).toMatchObject({ requests: 78, distinctRecipes: { count: 12, more: false } });
  });

  it('counts keys exactly up to its bound, and holds none beyond it', () => {
    const counter = createDistinctCount(1_000);
    for (let at = 0; at < 3_000; at += 1) addDistinct(counter, `key ${at % 1_000}`);
    expect(distinctCount(counter)).toEqual({ count: 1_000, more: false });
    addDistinct(counter, 'one more');
    for (let at = 0; at < 3_000; at += 1) addDistinct(counter, `other ${at}`);
    expect(distinctCount(counter)).toEqual({ count: 1_000, more: true });
    expect(counter.hashes.size).toBe(0);
    expect(tallyBounds.distinctKeys).toBe(1_000_000);
  });
});

describe('lines', () => {
  it('are the same however the bytes are split', () => {
    const text = 'é\r\n\n日本 🐈\nlast';
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 8 }), (cuts) => {
        const read: string[] = [];
        const splitter = lineSplitter({
          line: (one) => read.push(one),
          tooLong: () => read.push('!'),
        });
        const ends = [...cuts.toSorted((a, b) => a - b), bytes.length];
        for (const [at, end] of ends.entries())
          splitter.push(bytes.subarray(ends[at - 1] ?? 0, end));
        splitter.end();
        expect(read).toEqual(['é', '', '日本 🐈', 'last']);
      }),
    );
  });

  it('are as long as they may be, and no longer', () => {
    const read: (number | string)[] = [];
    const splitter = lineSplitter({
      line: (one) => read.push(one.length),
      tooLong: () => read.push('too long'),
    });
    for (const length of [maxLineBytes, maxLineBytes + 1, 3])
      splitter.push(Buffer.from(`${'x'.repeat(length)}\n`));
    splitter.end();
    expect(read).toEqual([maxLineBytes, 'too long', 3]);
  });
});

describe('a progress bar', () => {
  function shownOn(isTTY: boolean, total: number | undefined, quiet = false): string {
    let shown = '';
    const write = (text: string | Uint8Array): boolean => {
      shown += text;
      return true;
    };
    const progress = progressOn({ isTTY, write }, total, quiet);
    for (let at = 0; at < 4; at += 1) progress.advance(50_000_000);
    progress.end();
    return shown;
  }

  it('shows a person how much of all has been read, and goes away', () => {
    const shown = shownOn(true, 200_000_000).split('\r');
    expect(shown[1]).toBe(`[${'#'.repeat(8)}${'.'.repeat(22)}] 25% of 200.0 MB`);
    expect(shown[4]).toBe(`[${'#'.repeat(30)}]100% of 200.0 MB`);
    expect(shown[5]).toBe('\u001b[K');
  });

  it('shows how much was read if the total is unknown', () => {
    expect(shownOn(true, undefined)).toContain('\r200.0 MB read');
  });

  it.each([
    ['without a terminal', false, false],
    ['for a program', true, true],
  ])('is not there %s', (_what, isTTY, quiet) => {
    expect(shownOn(isTTY, 10, quiet)).toBe('');
  });
});
