/** A tag of a profile, and the type of its data. */
export type ProfileTag = readonly [tag: string, type: string];

const tableAt = 128;
const dataBytes = 20;

/**
 * A profile with a header, a table of tags and their data, as far as inspection reads them: ICC.1:2022, section 7.
 * `size` makes it longer.
 */
export function profileOf(
  space: string,
  tags: readonly ProfileTag[] = [['A2B0', 'mft1']],
  size = 0,
): Buffer {
  const dataAt = tableAt + 4 + tags.length * 12;
  const profile = Buffer.alloc(Math.max(size, dataAt + tags.length * dataBytes));
  profile.writeUInt32BE(profile.length);
  profile.write(space, 16, 'latin1');
  profile.write('acsp', 36, 'latin1');
  profile.writeUInt32BE(tags.length, tableAt);
  for (const [index, [tag, type]] of tags.entries()) {
    const at = tableAt + 4 + index * 12;
    const start = dataAt + index * dataBytes;
    profile.write(tag, at, 'latin1');
    profile.writeUInt32BE(start, at + 4);
    profile.writeUInt32BE(dataBytes, at + 8);
    profile.write(type, start, 'latin1');
  }
  return profile;
}

/** The names of the tags in the table of a profile. */
export function tagsIn(profile: Uint8Array): readonly string[] {
  const bytes = Buffer.from(profile);
  return Array.from({ length: bytes.readUInt32BE(tableAt) }, (_, index) =>
    bytes.toString('latin1', tableAt + 4 + index * 12, tableAt + 8 + index * 12),
  );
}
