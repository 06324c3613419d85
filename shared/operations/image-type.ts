/** The image types of the service. */
export type ImageType = 'jpg' | 'png' | 'webp' | 'avif' | 'gif';
export type SourceType = Exclude<ImageType, 'avif'>;

type Row = {
  readonly contentType: `image/${string}`;
  readonly alpha: boolean;
  readonly animation: boolean;
};

/** The features of each type, as data, so that no other code compares names. */
export const imageTypes: Readonly<Record<ImageType, Row>> = {
  jpg: { contentType: 'image/jpeg', alpha: false, animation: false },
  png: { contentType: 'image/png', alpha: true, animation: false },
  webp: { contentType: 'image/webp', alpha: true, animation: true },
  avif: { contentType: 'image/avif', alpha: true, animation: false },
  gif: { contentType: 'image/gif', alpha: true, animation: true },
};

/** The type of an answer: an image, or a description of one. */
export type AnswerType = ImageType | 'json';

/** The content type of an answer. */
export function contentTypeOf(type: AnswerType): string {
  return type === 'json' ? 'application/json' : imageTypes[type].contentType;
}

/** AVIF is written but never read, because its decoders have had exploitable bugs. */
export const sourceTypes = ['jpg', 'png', 'webp', 'gif'] as const satisfies readonly SourceType[];

type Magic = { readonly type: SourceType; readonly at: number; readonly bytes: readonly number[] };

const ascii = (text: string): readonly number[] => [...text].map((one) => one.charCodeAt(0));

const magics: readonly Magic[] = [
  { type: 'jpg', at: 0, bytes: [0xff, 0xd8, 0xff] },
  { type: 'png', at: 0, bytes: [0x89, ...ascii('PNG\r\n'), 0x1a, 0x0a] },
  { type: 'gif', at: 0, bytes: ascii('GIF87a') },
  { type: 'gif', at: 0, bytes: ascii('GIF89a') },
  { type: 'webp', at: 8, bytes: ascii('WEBP') },
];

/**
 * Reads the type from the first bytes, not from the file name; undefined for any other type.
 * This only decides which refusal a bad file gets: the decoder still checks the file.
 */
export function sniff(bytes: Uint8Array): SourceType | undefined {
  const found = magics.find(({ at, bytes: magic }) =>
    magic.every((byte, index) => bytes[at + index] === byte),
  );
  return found?.type;
}
