import { describe, expect, it } from 'vitest';
import {
  escapeForTerminal,
  escapeLines,
  isSafeForTerminal,
  printJson,
} from '../../shared/terminal.ts';

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

  it('keeps its meaning as JSON', () => {
    const value = {
      'a\u202E': ['\u001b\u007f\u0085\u009b\u061C\u200E\u2028\u2029\u2066', 'größer 漢字'],
    };
    const printed = printJson(value, 2);
    expect(printed.split('\n').every(isSafeForTerminal)).toBe(true);
    expect(printed).toMatch(/^[^\u007F-\u009F\u2028\u2029]*$/);
    expect(printed).toContain('größer 漢字');
    expect(JSON.parse(printed)).toEqual(value);
  });
});
