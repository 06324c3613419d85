import { describe, expect, it } from 'vitest';
import { safeFileName } from '../../../operator/sources/save-file.ts';

describe('the name of a downloaded file', () => {
  it.each([
    ['a/b/c.jpg', 'c.jpg'],
    ['a.jpg', 'a.jpg'],
    ['a/.htaccess', '_htaccess'],
    ['a/-rf.jpg', '_rf.jpg'],
    ['a/~', '_'],
    ['a/it’s 100% ü.png', 'it’s 100% ü.png'],
    ['a/b:c*d?.jpg', 'b_c_d_.jpg'],
    ['a/\u202egpj.exe', '_gpj.exe'],
    ['a/con.jpg', '_con.jpg'],
    ['a/x.', 'x_'],
    [`a/${'é'.repeat(150)}.jpeg`, `${'é'.repeat(97)}.jpeg`],
    [`a/${'x'.repeat(300)}`, 'x'.repeat(200)],
  ])('of %s', (source, name) => {
    expect(safeFileName(source)).toBe(name);
  });
});
