import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Frame, frameOf, pushChunk, readFrames } from '../../render/frames.ts';

const bounds = { headBytes: 200, bodyBytes: 1_000 };

/** Cuts bytes into chunks of these lengths, again and again. */
function chunksOf(bytes: Buffer, lengths: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = lengths[chunks.length % lengths.length] ?? 1;
    chunks.push(bytes.subarray(at, at + length));
    at += length;
  }
  return chunks;
}

function framesIn(chunks: readonly Uint8Array[]): readonly Frame[] {
  const frames: Frame[] = [];
  const reader = readFrames(bounds, (frame) => frames.push(frame));
  for (const chunk of chunks) pushChunk(reader, chunk);
  return frames;
}

const head = fc.record({ kind: fc.string({ maxLength: 20 }), count: fc.integer() });
const part = fc.uint8Array({ maxLength: 400 });
const frame = fc.record({ head, parts: fc.array(part, { maxLength: 2 }) });
const lengths = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 5 });

describe('frames', () => {
  it('arrive whole and in order, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 4 }), lengths, (sent, cut) => {
        const stream = Buffer.concat(sent.flatMap((one) => frameOf(one.head, one.parts)));
        const received = framesIn(chunksOf(stream, cut));
        expect(received.map((one) => one.head)).toEqual(sent.map((one) => one.head));
        expect(received.map(({ body }) => Buffer.from(body).toString('hex'))).toEqual(
          sent.map(({ parts }) => Buffer.concat(parts).toString('hex')),
        );
      }),
    );
  });

  it('arrive whole in memory that is used again', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 4 }), lengths, (sent, cut) => {
        const bodies: string[] = [];
        const read = ({ body }: Frame) => bodies.push(Buffer.from(body).toString('hex'));
        const reader = readFrames(bounds, read, Buffer.alloc(100));
        const stream = Buffer.concat(sent.flatMap((one) => frameOf(one.head, one.parts)));
        for (const chunk of chunksOf(stream, cut)) pushChunk(reader, chunk);
        expect(bodies).toEqual(sent.map(({ parts }) => Buffer.concat(parts).toString('hex')));
      }),
    );
  });

  it('are not copied when they are written', () => {
    const body = new Uint8Array([1, 2, 3]);
    expect(frameOf({}, [body])[2]).toBe(body);
  });

  it.each([
    { name: 'a longer head', prefix: '000000c9' + '00000000' },
    { name: 'a longer body', prefix: '00000000' + '000003e9' },
    { name: 'the longest lengths', prefix: 'ffffffff' + 'ffffffff' },
  ])('of $name than allowed throw before a byte of it is stored', ({ prefix }) => {
    expect(() => framesIn([Buffer.from(prefix, 'hex')])).toThrow(/^a frame of \d+ and \d+ bytes$/);
  });

  it('with a head that is no JSON throw', () => {
    expect(() => framesIn([Buffer.from('0000000200000000' + '7b7b', 'hex')])).toThrow(SyntaxError);
  });
});

describe('memory that is used again', () => {
  const kept = Buffer.alloc(100);
  const bodies: Uint8Array[] = [];
  const reader = readFrames(bounds, ({ body }) => bodies.push(body), kept);
  const isKept = (length: number): boolean => {
    for (const chunk of frameOf({}, [new Uint8Array(length)])) pushChunk(reader, chunk);
    return bodies.at(-1)?.buffer === kept.buffer;
  };

  it('holds each part that fits', () => {
    expect([isKept(1), isKept(100), isKept(40)]).toEqual([true, true, true]);
  });

  it('is left alone by a larger part', () => {
    expect(isKept(101)).toBe(false);
    expect(bodies.at(-1)?.length).toBe(101);
  });
});
