import { keepDrawingTags } from '../icc/drawing-tags.ts';
import { isProfileOf, profileHeaderBytes, readSignature } from '../icc/profile-header.ts';

const countBytes = 4;
const entryBytes = 12;

/** Devices and colour spaces. Links, abstract profiles and named colours do not describe a picture. */
const pictureClasses = ['mntr', 'scnr', 'prtr', 'spac'];
const connectionSpaces = ['XYZ ', 'Lab '];

function hasSoundTags(view: DataView): boolean {
  const count = view.getUint32(profileHeaderBytes);
  const tableEnd = profileHeaderBytes + countBytes + count * entryBytes;
  if (tableEnd > view.byteLength) return false;
  for (let at = profileHeaderBytes + countBytes; at < tableEnd; at += entryBytes) {
    const end = view.getUint32(at + 4) + view.getUint32(at + 8);
    if (end > view.byteLength) return false;
  }
  return true;
}

/** Whether libpng takes the size. It needs whole words from version 4 on. */
const isTakenByLibpng = (view: DataView): boolean =>
  view.getUint8(8) < 4 || view.byteLength % 4 === 0;

/**
 * Checks a profile from a file, and cuts it at its own size and to what maps colours; undefined if it is damaged or does not fit
 * the picture. Browsers ignore such a profile, so it is not a reason to refuse the picture.
 */
export function checkProfile(profile: Uint8Array, grey: boolean): Uint8Array | undefined {
  if (profile.length < profileHeaderBytes + countBytes) return undefined;
  const size = new DataView(profile.buffer, profile.byteOffset).getUint32(0);
  if (size < profileHeaderBytes + countBytes || size > profile.length) return undefined;
  const own = profile.subarray(0, size);
  const fits =
    isProfileOf(grey ? 'GRAY' : 'RGB ', own) &&
    connectionSpaces.includes(readSignature(own, 20)) &&
    pictureClasses.includes(readSignature(own, 12));
  const view = new DataView(own.buffer, own.byteOffset, size);
  return fits && isTakenByLibpng(view) && hasSoundTags(view) ? keepDrawingTags(own) : undefined;
}
