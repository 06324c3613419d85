import { describe, expect, it } from 'vitest';
import type { Turn } from '../../../shared/operations/operation.ts';
import {
  invertTurn,
  joinTurns,
  turnBox,
  turnSize,
  uprightTurn,
} from '../../../shared/operations/turn.ts';

/** What each turn makes of this picture, drawn by hand: two columns, three rows. */
const picture = 'ab/cd/ef';
const turns: readonly (readonly [mirrored: boolean, quarters: number, shows: string])[] = [
  [false, 0, 'ab/cd/ef'],
  [false, 1, 'eca/fdb'],
  [false, 2, 'fe/dc/ba'],
  [false, 3, 'bdf/ace'],
  [true, 0, 'ba/dc/fe'],
  [true, 1, 'fdb/eca'],
  [true, 2, 'ef/cd/ab'],
  [true, 3, 'ace/bdf'],
];
const cases = turns.map(([mirrored, quarters, shows]) => ({ turn: { mirrored, quarters }, shows }));

const rowsOf = (text: string): readonly string[] => text.split('/');

/** The same for a picture of three columns and two rows, abc/def. */
const wideShows: Readonly<Record<string, string>> = {
  false0: 'abc/def',
  false1: 'da/eb/fc',
  false2: 'fed/cba',
  false3: 'cf/be/ad',
  true0: 'cba/fed',
  true1: 'fc/eb/da',
  true2: 'def/abc',
  true3: 'ad/be/cf',
};

/** Turns letters by the two tables. */
function turnLetters(letters: string, { mirrored, quarters }: Turn): string {
  const same = ({ turn }: (typeof cases)[number]) =>
    turn.mirrored === mirrored && turn.quarters === quarters;
  const isTall = rowsOf(letters)[0]?.length === 2;
  const shows = isTall ? cases.find(same)?.shows : wideShows[`${mirrored}${quarters}`];
  const flat = letters.replaceAll('/', '');
  return (shows ?? '').replaceAll(/[a-f]/g, (letter) => flat[letter.charCodeAt(0) - 97] ?? '');
}

describe('a turn', () => {
  it.each(cases)('$turn makes a picture of $shows', ({ turn, shows }) => {
    const rows = rowsOf(shows);
    const size = { width: rows[0]?.length ?? 0, height: rows.length };
    expect(turnSize({ width: 2, height: 3 }, turn)).toEqual(size);
    for (const [at, letter] of [...picture.replaceAll('/', '')].entries()) {
      const box = { left: at % 2, top: Math.floor(at / 2), width: 1, height: 1 };
      const { left, top } = turnBox(box, { width: 2, height: 3 }, turn);
      expect([letter, rows[top]?.[left]]).toEqual([letter, letter]);
    }
  });

  it.each(cases)('$turn is undone by its inverse', ({ turn, shows }) => {
    expect(turnLetters(shows, invertTurn(turn))).toBe(picture);
  });

  it.each(cases)('$turn and another one make one turn', ({ turn, shows }) => {
    for (const second of cases)
      expect(turnLetters(picture, joinTurns(turn, second.turn))).toBe(
        turnLetters(shows, second.turn),
      );
  });

  it('moves a whole box', () => {
    const box = { left: 1, top: 2, width: 3, height: 4 };
    const of = { width: 10, height: 20 };
    expect(turnBox(box, of, { mirrored: false, quarters: 1 })).toEqual({
      ...{ left: 14, top: 1, width: 4, height: 3 },
    });
    expect(turnBox(box, of, { mirrored: true, quarters: 0 })).toEqual({ ...box, left: 6 });
  });
});

describe('an EXIF orientation', () => {
  // Row 0 and column 0 are these sides of the scene: CIPA DC-008, section 4.6.5. The stored picture is ab/cd/ef.
  it.each([
    [1, 'top, left', 'ab/cd/ef'],
    [2, 'top, right', 'ba/dc/fe'],
    [3, 'bottom, right', 'fe/dc/ba'],
    [4, 'bottom, left', 'ef/cd/ab'],
    [5, 'left, top', 'ace/bdf'],
    [6, 'right, top', 'eca/fdb'],
    [7, 'right, bottom', 'fdb/eca'],
    [8, 'left, bottom', 'bdf/ace'],
  ])('of %i (%s) shows %s', (orientation, _sides, shows) => {
    const turn = uprightTurn(orientation);
    expect(turn && turnLetters(picture, turn)).toBe(shows);
  });

  it('that does not exist is no turn', () => {
    expect([0, 9].map(uprightTurn)).toEqual([undefined, undefined]);
  });
});
