import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { nodeInflate } from '../../../shared/adapters/inflate.ts';

const text = Buffer.from('a text that is long enough to be packed: '.repeat(100));
const packed = deflateSync(text);

describe('nodeInflate', () => {
  it('returns the bytes, up to the limit', () => {
    expect(nodeInflate(packed, text.length)).toEqual(text);
    expect(nodeInflate(Buffer.concat([packed, Buffer.from('more')]), text.length)).toEqual(text);
  });

  it('says that a stream has more bytes', () => {
    expect(nodeInflate(packed, text.length - 1)).toBe('too_large');
    expect(nodeInflate(deflateSync(Buffer.alloc(50_000_000)), 1_048_576)).toBe('too_large');
  });

  it.each([
    ['is empty', Buffer.alloc(0)],
    ['is not a zlib stream', text],
    ['is cut', packed.subarray(0, -5)],
    ['has a wrong checksum', Buffer.concat([packed.subarray(0, -1), Buffer.from([1])])],
  ])('returns undefined if a stream %s', (_, bytes) => {
    expect(nodeInflate(bytes, text.length)).toBeUndefined();
  });
});
