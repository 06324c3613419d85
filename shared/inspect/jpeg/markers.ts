/*
 * Marker codes, the byte behind 0xFF: ITU-T T.81, table B.1
 * (https://www.w3.org/Graphics/JPEG/itu-t81.pdf).
 */

export const jpegMarkers = {
  dht: 0xc4,
  dac: 0xcc,
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  dqt: 0xdb,
  dnl: 0xdc,
  dri: 0xdd,
  app0: 0xe0,
  app1: 0xe1,
  app2: 0xe2,
  app14: 0xee,
  comment: 0xfe,
} as const;

const isRestart = (code: number | undefined): boolean =>
  code !== undefined && code >= 0xd0 && code <= 0xd7;

/** Whether a marker has no segment: TEM, RSTn, SOI and EOI. */
export const isAlone = (code: number): boolean =>
  code === 0x01 || isRestart(code) || code === jpegMarkers.soi || code === jpegMarkers.eoi;

/** Whether a marker starts a frame: SOF0 to SOF15, between which DHT, JPG and DAC stand. */
export const isFrameStart = (code: number): boolean =>
  code >= 0xc0 && code <= 0xcf && ![jpegMarkers.dht, 0xc8, jpegMarkers.dac].includes(code);

/** Whether a marker is APP0 to APP15. */
export const isApplication = (code: number): boolean => code >= 0xe0 && code <= 0xef;

/** Whether a marker has a segment that a decoder may skip: DNL, APPn and COM. */
export const isSkippable = (code: number): boolean =>
  code === jpegMarkers.dnl || isApplication(code) || code === jpegMarkers.comment;

/**
 * Finds the code of the next marker; -1 if there is none. Other bytes between segments are skipped as
 * libjpeg skips them, and any number of fill bytes may precede the code (T.81, section B.1.1.2).
 */
export function findMarkerCode(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length - 1; at += 1) {
    const code = bytes[at + 1];
    if (bytes[at] === 0xff && code !== 0xff && code !== 0) return at + 1;
  }
  return -1;
}

/** Bytes that are looked at one by one behind each 0xFF, before `indexOf` searches for the next. */
const nearBytes = 8;

/** Finds a 0xFF that is not part of entropy-coded data, at most `nearBytes` on; returns where it stopped. */
function skipData(bytes: Uint8Array, from: number): number {
  const end = Math.min(from + nearBytes, bytes.length);
  let at = from;
  while (at < end) {
    const code = bytes[at + 1];
    if (bytes[at] !== 0xff || code === 0xff) at += 1;
    else if (code === 0 || isRestart(code)) at += 2;
    else return at;
  }
  return at;
}

/**
 * Finds the 0xFF of the marker behind entropy-coded data; -1 if there is none. In such data 0xFF is
 * followed by 0, a restart marker or another 0xFF (T.81, section F.1.2.3). `indexOf` is fast where
 * 0xFF is rare, but slow where it is not; `skipData` bounds the number of its calls.
 */
export function findScanEnd(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0) {
    const stop = skipData(bytes, at);
    const code = bytes[stop + 1];
    if (code === undefined) return -1;
    if (bytes[stop] === 0xff && code !== 0 && code !== 0xff && !isRestart(code)) return stop;
    at = bytes.indexOf(0xff, stop);
  }
  return -1;
}
