const encoder = new TextEncoder();

/** Encodes text as UTF-8. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** Counts the bytes of text in UTF-8. */
export const utf8Bytes = (text: string): number => utf8(text).length;
