/** The image types of the service. What they can do is data, so that nothing else asks by name. */
export type ImageType = 'jpg' | 'png' | 'webp' | 'avif' | 'gif';
export type SourceType = Exclude<ImageType, 'avif'>;

type Row = {
  readonly contentType: `image/${string}`;
  readonly alpha: boolean;
  readonly animation: boolean;
};

export const imageTypes: Readonly<Record<ImageType, Row>> = {
  jpg: { contentType: 'image/jpeg', alpha: false, animation: false },
  png: { contentType: 'image/png', alpha: true, animation: false },
  webp: { contentType: 'image/webp', alpha: true, animation: true },
  avif: { contentType: 'image/avif', alpha: true, animation: false },
  gif: { contentType: 'image/gif', alpha: true, animation: true },
};

/** What an answer is made of: an image, or words about one. */
export type AnswerType = ImageType | 'json';

export function contentTypeOf(type: AnswerType): string {
  return type === 'json' ? 'application/json' : imageTypes[type].contentType;
}

/** AVIF is made and never read: its decoder has let attackers in. */
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
 * The type that the first bytes announce, whatever the name says; nothing for any other.
 * The decoder has the last word: this only decides which refusal a bad file gets.
 */
export function sniff(bytes: Uint8Array): SourceType | undefined {
  const found = magics.find(({ at, bytes: magic }) =>
    magic.every((byte, index) => bytes[at + index] === byte),
  );
  return found?.type;
}
