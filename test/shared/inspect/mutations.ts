import fc from 'fast-check';

/** A change of a file: a byte is set, bytes are removed, doubled, or the rest is cut off. */
type Change = readonly [kind: 'set' | 'remove' | 'double' | 'cut', at: number, value: number];

const change: fc.Arbitrary<Change> = fc.tuple(
  fc.constantFrom('set', 'set', 'set', 'remove', 'double', 'cut'),
  fc.nat(10_000),
  fc.nat(255),
);

function applyChange(bytes: Buffer, [kind, position, value]: Change): Buffer {
  const at = position % (bytes.length + 1);
  const [before, behind] = [bytes.subarray(0, at), bytes.subarray(at)];
  if (kind === 'cut') return before;
  if (kind === 'set') return Buffer.concat([before, Buffer.of(value), behind.subarray(1)]);
  const part = behind.subarray(0, value);
  return kind === 'remove'
    ? Buffer.concat([before, behind.subarray(value)])
    : Buffer.concat([before, part, behind]);
}

/** Files that differ from sound ones in a few places. */
export const mutationsOf = (files: readonly Buffer[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([file, changes]) => changes.reduce(applyChange, file));
