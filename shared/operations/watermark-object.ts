import { limits } from '../limits.ts';
import { malformed } from '../refusal.ts';
import { pathFault, watermarkFolder, watermarkPath } from '../url/path.ts';

/** The id of a watermark, which is also its file name. */
export const watermarkIdForm = /^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$/;

/** The id in `_watermarks/ID.png`; undefined for other paths. */
export function watermarkIdIn(path: string): string | undefined {
  const id = path.slice(watermarkFolder.length + 1, -'.png'.length);
  return watermarkIdForm.test(id) && watermarkPath(id) === path ? id : undefined;
}

const base64urlForm = /^([A-Za-z0-9_-]+)(={0,2})$/;
/** Four characters for each three bytes: RFC 4648, section 4. */
const maxCharacters = Math.ceil(limits.watermarkObjectBytes / 3) * 4;

const refuse = (what: string) =>
  malformed(
    `watermark: image ${what}; upload the watermark as _watermarks/ID.png and write i_ID instead`,
  );

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    // A byte-order mark is a character like any other.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Decodes base64url (RFC 4648, section 5) of UTF-8. The padding may be left out. Returns undefined if
 * another text would decode to the same bytes, so that no watermark has two names.
 */
function decodeObject(value: string): string | undefined {
  const [, digits = '', padding = ''] = base64urlForm.exec(value) ?? [];
  if (digits === '' || digits.length % 4 === 1) return undefined;
  if (padding !== '' && (digits.length + padding.length) % 4 !== 0) return undefined;
  const binary = atob(digits.replaceAll('-', '+').replaceAll('_', '/'));
  const again = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  if (again !== digits || binary.length > limits.watermarkObjectBytes) return undefined;
  return decodeUtf8(Uint8Array.from(binary, (byte) => byte.charCodeAt(0)));
}

/** The only processing of a watermark that can be served: its width in per cent of the image. */
const processing = /^x-oss-process=image\/resize,P_([0-9]{1,3})$/;

export type WatermarkObject = {
  readonly object: string;
  readonly id: string;
  /** Its width in per cent, as written. */
  readonly percent: string | undefined;
};

/** Finds the id: the last segment of the object's name, without its extension. */
function idOf(object: string): string {
  const own = object.startsWith(`${watermarkFolder}/`)
    ? object.slice(watermarkFolder.length + 1)
    : object;
  const fault = pathFault(own);
  if (fault !== undefined) throw refuse(`is not the name of an object: ${fault}`);
  const file = own.slice(own.lastIndexOf('/') + 1);
  const id = file.replace(/\.[^.]*$/, '');
  if (!watermarkIdForm.test(id))
    throw refuse('names a file whose name is not an id of letters, digits, dots and hyphens');
  return id;
}

/**
 * Reads the object that `image_` of OSS and BOS names. Only its name is used: the id of the watermark
 * follows from it, whether or not there is such a watermark. Throws `malformed`.
 */
export function readWatermarkObject(value: string): WatermarkObject {
  if (value.length > maxCharacters)
    throw refuse(`has more than ${limits.watermarkObjectBytes} bytes`);
  const text = decodeObject(value);
  if (text === undefined) throw refuse('is not canonical base64url of UTF-8');
  const at = text.indexOf('?');
  if (at < 0) return { object: text, id: idOf(text), percent: undefined };
  const [, percent] = processing.exec(text.slice(at + 1)) ?? [];
  if (percent === undefined)
    throw refuse('is processed by more than x-oss-process=image/resize,P_PERCENT');
  const object = text.slice(0, at);
  return { object, id: idOf(object), percent };
}
