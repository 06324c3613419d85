import { describe, expect, it } from 'vitest';
import { escapeForTerminal, escapeLines, isSafeForTerminal } from '../../shared/terminal.ts';

describe('a text for a terminal', () => {
  it.each([
    ['letters of any script', 'größer → 漢字 👩‍👩‍👧 سلام', 'größer → 漢字 👩‍👩‍👧 سلام', true],
    ['line ends and tabs', 'a\r\n\tb\u2028c', 'a b c', true],
    ['an escape', 'a\u001b[31mb', 'a\uFFFD[31mb', false],
    ['a bell, a zero and DEL', '\u0007\u0000\u007f', '\uFFFD\uFFFD\uFFFD', false],
    ['a C1 control', 'a\u009bb', 'a\uFFFDb', false],
    ['another direction', 'a\u202Ecod.exe', 'a\uFFFDcod.exe', false],
  ])('has %s in one line', (_what, text, shown, sound) => {
    expect([escapeForTerminal(text), isSafeForTerminal(text)]).toEqual([shown, sound]);
  });

  it('keeps its lines if it may have several', () => {
    expect(escapeLines('a\u001b\n  b\r\n')).toBe('a\uFFFD\n  b \n');
  });
});
