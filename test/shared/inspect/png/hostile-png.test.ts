import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { iccp, pngChunk } from '../../../render/encoders.ts';
import { adobeProfile } from '../../../render/icc-profiles.ts';
import { chunkTypes, inspect, makePng, orientationTiff, palette, refusalOf } from './samples.ts';

/** What may be in a PNG that was inspected, in this order. */
const keptTypes = /^IHDR(?: iCCP)?(?: PLTE)?(?: tRNS)?(?: IDAT)+ IEND$/;

/** Whether the file is refused, or else is written with nothing that does not draw, and is then stable. */
function checkInspection(png: Uint8Array): void {
  if (refusalOf(png) !== 'drawn') return;
  const { facts, bytes } = inspect(png);
  expect(chunkTypes(bytes).join(' ')).toMatch(keptTypes);
  const again = inspect(bytes);
  expect(again.bytes).toEqual(bytes);
  // The orientation is a fact of the source, and not written again.
  expect(again.facts).toEqual({ ...facts, orientation: 1 });
}

const chunk = fc
  .tuple(
    fc.constantFrom(
      ...['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND', 'cICP', 'iCCP', 'sRGB', 'gAMA', 'cHRM', 'eXIf'],
      ...['tEXt', 'zTXt', 'iTXt', 'tIME', 'pHYs', 'bKGD', 'sBIT', 'acTL', 'fcTL', 'fdAT', 'abCd'],
    ),
    fc.uint8Array({ maxLength: 40 }),
  )
  .map(([type, data]) => pngChunk(type, data));

const whole = makePng({ bits: 8, type: 3 }, [
  iccp(deflateSync(adobeProfile)),
  pngChunk('gAMA', Buffer.from([0, 1, 0x86, 0xa0])),
  palette,
  pngChunk('tRNS', Buffer.from([0, 9])),
  pngChunk('eXIf', orientationTiff(6)),
]);

describe('arbitrary bytes', () => {
  it('are refused or inspected, and nothing else is thrown', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), checkInspection));
  });

  it('behind the signature and the header are refused or inspected', () => {
    const start = makePng().subarray(0, 33);
    const bytes = fc.uint8Array({ maxLength: 300 });
    fc.assert(fc.property(bytes, (tail) => checkInspection(Buffer.concat([start, tail]))));
  });
});

describe('a whole PNG', () => {
  it('with any chunks before and behind its pixels keeps only what draws', () => {
    const chunks = fc.array(chunk, { maxLength: 8 });
    const form = fc.constantFrom({}, { type: 0 }, { type: 6 }, { type: 3 });
    fc.assert(
      fc.property(form, chunks, chunks, fc.uint8Array(), (one, before, behind, tail) =>
        checkInspection(Buffer.concat([makePng(one, before, behind), tail])),
      ),
      { numRuns: 500 },
    );
  });

  it('with any byte changed is refused or inspected', () => {
    const place = fc.nat(whole.length - 1);
    fc.assert(
      fc.property(place, fc.nat(255), (at, value) => {
        const copy = Buffer.from(whole);
        copy[at] = value;
        checkInspection(copy);
      }),
      { numRuns: 500 },
    );
  });

  it('cut anywhere is refused or inspected', () => {
    for (let length = 0; length <= whole.length; length += 1)
      checkInspection(whole.subarray(0, length));
  });

  it('in a larger buffer is read from its own bytes', () => {
    const around = Buffer.concat([Buffer.from([1, 2, 3]), whole, Buffer.from([4])]);
    const view = new Uint8Array(around.buffer, around.byteOffset + 3, whole.length);
    expect(inspect(view)).toEqual(inspect(new Uint8Array(whole)));
  });
});
