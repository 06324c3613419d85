/*
 * The header of a colour profile: https://www.color.org/specification/ICC.1-2022-05.pdf, section 7.2.
 */

export const profileHeaderBytes = 128;

/** Reads a signature of four characters. */
export const readSignature = (profile: Uint8Array, at: number): string =>
  String.fromCharCode(...profile.subarray(at, at + 4));

/** Finds the data of a tag in a profile whose table of tags is sound. */
export function findTag(profile: Uint8Array, tag: string): number | undefined {
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  const count = view.getUint32(profileHeaderBytes);
  for (let index = 0; index < count; index += 1) {
    const at = profileHeaderBytes + 4 + 12 * index;
    if (readSignature(profile, at) === tag) return view.getUint32(at + 4);
  }
  return undefined;
}

/** Whether the start of a profile has its signature, and the colour space of the picture. */
export function isProfileOf(space: string | undefined, start: Uint8Array): boolean {
  return (
    start.length >= profileHeaderBytes &&
    readSignature(start, 36) === 'acsp' &&
    readSignature(start, 16) === space
  );
}
