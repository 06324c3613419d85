import { profileHeaderBytes, readSignature } from './profile-header.ts';

/*
 * The tags of a colour profile: https://www.color.org/specification/ICC.1-2022-05.pdf, sections 7.3 and 9.
 */

const countBytes = 4;
const entryBytes = 12;
/** The rendering intent is 0 to 3: section 7.2.15. */
const intentAt = 64;
const mostIntent = 3;

/**
 * The tags that turn the colours of a picture into those of another, with the types that they may have. Each takes
 * the same few steps for every pixel. The tags of multi-process elements (D2B0 and others) are programs of any length,
 * so a profile of 30 KB could keep the colour engine busy for minutes.
 */
const drawingTypes: ReadonlyMap<string, readonly string[]> = new Map([
  ...['rXYZ', 'gXYZ', 'bXYZ', 'wtpt', 'bkpt'].map((tag): [string, string[]] => [tag, ['XYZ ']]),
  ...['rTRC', 'gTRC', 'bTRC', 'kTRC'].map((tag): [string, string[]] => [tag, ['curv', 'para']]),
  ...['A2B0', 'A2B1', 'A2B2'].map((tag): [string, string[]] => [tag, ['mft1', 'mft2', 'mAB ']]),
  ['chad', ['sf32']],
]);

const matrixTags = ['rXYZ', 'gXYZ', 'bXYZ', 'rTRC', 'gTRC', 'bTRC'];

/** The offsets of the entries of the tag table that the profile contains. */
function findEntries(view: DataView): readonly number[] {
  const start = profileHeaderBytes + countBytes;
  const room = Math.floor((view.byteLength - start) / entryBytes);
  const count = Math.min(view.getUint32(profileHeaderBytes), room);
  return Array.from({ length: count }, (_, index) => start + index * entryBytes);
}

/** Whether the entry at `at` names a tag that draws, with data of its type inside the profile. */
function isDrawingTag(profile: Uint8Array, view: DataView, at: number): boolean {
  const types = drawingTypes.get(readSignature(profile, at));
  const start = view.getUint32(at + 4);
  const end = start + view.getUint32(at + 8);
  return end <= profile.length && (types?.includes(readSignature(profile, start)) ?? false);
}

/** Whether the tags map colours: by a table, by a curve for grey, or by a matrix and three curves. */
function mapColours(tags: ReadonlySet<string>): boolean {
  return (
    ['A2B0', 'A2B1', 'A2B2', 'kTRC'].some((tag) => tags.has(tag)) ||
    matrixTags.every((tag) => tags.has(tag))
  );
}

/**
 * Copies a profile and removes every tag from its table that does not draw. Returns undefined if the rest
 * maps no colours. Offsets stay as they are.
 */
export function keepDrawingTags(profile: Uint8Array): Uint8Array | undefined {
  if (profile.length < profileHeaderBytes + countBytes) return undefined;
  const view = new DataView(profile.buffer, profile.byteOffset, profile.byteLength);
  const entries = findEntries(view);
  const kept = entries.filter((at) => isDrawingTag(profile, view, at));
  if (!mapColours(new Set(kept.map((at) => readSignature(profile, at))))) return undefined;
  const start = profileHeaderBytes + countBytes;
  const copy = new Uint8Array(profile);
  const written = new DataView(copy.buffer);
  // Colour engines refuse an unknown intent. Browsers apply the profile all the same.
  if (view.getUint32(intentAt) > mostIntent) written.setUint32(intentAt, 0);
  written.setUint32(profileHeaderBytes, kept.length);
  copy.fill(0, start, start + entries.length * entryBytes);
  for (const [index, at] of kept.entries())
    copy.set(profile.subarray(at, at + entryBytes), start + index * entryBytes);
  return copy;
}
