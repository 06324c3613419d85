import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Inspected } from '../../../../shared/inspect/inspection.ts';
import { inspectJpeg } from '../../../../shared/inspect/jpeg/inspect-jpeg.ts';
import { Refusal } from '../../../../shared/refusal.ts';
import { endMarker, startMarker } from './jpeg-writer.ts';
import { soundJpegs } from './sound-jpegs.ts';

/** Inspects any bytes; undefined if they are refused. Throws any error but a refusal of the source. */
function inspectAny(bytes: Uint8Array): Inspected | undefined {
  try {
    return inspectJpeg(bytes);
  } catch (thrown) {
    if (thrown instanceof Refusal && thrown.code.startsWith('source_')) return undefined;
    throw thrown;
  }
}

/** Whether 0xFF and this byte end entropy-coded data: T.81, sections B.1.1.2 and F.1.2.3. */
const endsData = (code = 0xd9): boolean =>
  ![0, 0xff].includes(code) && (code < 0xd0 || code > 0xd7);

function findDataEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] !== 0xff || !endsData(bytes[at + 1])) at += 1;
  return at;
}

/** The marker codes of a file, read from its segment lengths alone: T.81, section B.1.1.4. */
function listMarkers(bytes: Uint8Array): readonly number[] {
  const codes: number[] = [];
  let at = 2;
  while (at < bytes.length && bytes[at] === 0xff) {
    const code = bytes[at + 1] ?? 0;
    codes.push(code);
    const length = code === 0xd9 ? 0 : (bytes[at + 2] ?? 0) * 256 + (bytes[at + 3] ?? 0);
    at += 2 + length;
    if (code === 0xda) at = findDataEnd(bytes, at);
  }
  return at === bytes.length ? codes : [];
}

const kept = [
  0xc0, 0xc1, 0xc2, 0xc4, 0xc9, 0xca, 0xcc, 0xd9, 0xda, 0xdb, 0xdd, 0xe0, 0xe1, 0xe2, 0xee,
];

/** EXIF with nothing but the orientation. */
const exifCode = 0xe1;

/** What has to hold of each file that is not refused. */
function checkWritten({ bytes }: Inspected): void {
  const codes = listMarkers(bytes);
  expect(codes.at(-1)).toBe(0xd9);
  expect(codes.filter((code) => !kept.includes(code))).toEqual([]);
  expect(codes.filter((code) => code === exifCode).length).toBeLessThanOrEqual(1);
  expect(Buffer.from(inspectJpeg(bytes).bytes).equals(bytes)).toBe(true);
}

/** Changes go to the first bytes, where the structure is. */
const headerBytes = 700;

type Edit = { readonly at: number; readonly over: boolean; readonly insert: Uint8Array };

const edits = fc.array(
  fc.record({
    at: fc.integer({ min: 2, max: headerBytes }),
    over: fc.boolean(),
    insert: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 4 }),
      fc.integer({ min: 0xc0, max: 0xff }).map((code) => Uint8Array.of(0xff, code)),
    ),
  }),
  { minLength: 1, maxLength: 3 },
);

/** Inserts bytes, or writes them over others. */
const edit = (file: Buffer, { at, over, insert }: Edit): Buffer => {
  const end = over ? at + insert.length : at;
  return Buffer.concat([file.subarray(0, at), insert, file.subarray(end)]);
};

describe('a JPEG with faults', () => {
  let files: readonly Buffer[] = [];
  beforeAll(async () => {
    files = await Promise.all(Object.values(soundJpegs).map((encode) => encode()));
  });

  it('is written again with only what draws, or refused', () => {
    let written = 0;
    fc.assert(
      fc.property(fc.nat(), edits, (index, changes) => {
        const file = files[index % files.length] ?? Buffer.alloc(0);
        const spoilt = changes.reduce(edit, file);
        const inspected = inspectAny(spoilt);
        if (inspected === undefined) return;
        written += 1;
        checkWritten(inspected);
      }),
      { numRuns: 1_500 },
    );
    expect(written).toBeGreaterThan(300);
  });

  it('is refused at any cut', () => {
    for (const file of files)
      for (let length = 0; length < file.length; length += 1 + Math.floor(length / 50))
        expect(inspectAny(file.subarray(0, length))).toBeUndefined();
  });

  it('is refused or written if it is any bytes between SOI and EOI', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const inspected = inspectAny(Buffer.concat([startMarker, bytes, endMarker]));
        if (inspected !== undefined) checkWritten(inspected);
      }),
      { numRuns: 2_000 },
    );
  });
});
