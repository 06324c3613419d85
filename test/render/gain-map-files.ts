import sharp from 'sharp';
import { jpegSegment, withSegments } from './encoders.ts';
import { quartered } from './rendering.ts';

/*
 * JPEGs with an image behind the first, as phones write them. The index of images is the one of the Multi-Picture
 * Format: https://www.cipa.jp/std/documents/e/DC-X007-KEY_E.pdf, section 5.
 */

const xmpName = 'http://ns.adobe.com/xap/1.0/\0';

function xmp(attributes: string, content = ''): Buffer {
  const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
  const about = `<rdf:Description rdf:about="" ${attributes}>${content}</rdf:Description>`;
  return jpegSegment(
    0xe1,
    `${xmpName}<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${rdf}">${about}</rdf:RDF></x:xmpmeta>`,
  );
}

/** Ultra HDR: https://developer.android.com/media/platform/hdr-image-format */
const hdrgm = 'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"';
const container =
  'xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/"';

const directoryOf = (length: number): string =>
  `<Container:Directory><rdf:Seq>${['Primary', `GainMap" Item:Length="${length}`]
    .map(
      (semantic) =>
        `<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="image/jpeg" Item:Semantic="${semantic}"/></rdf:li>`,
    )
    .join('')}</rdf:Seq></Container:Directory>`;

const gains = 'hdrgm:GainMapMin="0" hdrgm:GainMapMax="2.3" hdrgm:HDRCapacityMax="2.3"';

/** ISO 21496-1, annex C: the versions in the first image, and the parameters in the gain map. */
const isoName = 'urn:iso:std:iso:ts:21496:-1\0';
const isoVersions = jpegSegment(0xe2, `${isoName}\0\0\0\0`);
const isoParameters = jpegSegment(0xe2, `${isoName}\0\0\0\0\x40${'\0\0\0\x01'.repeat(14)}`);

/** What an iPhone writes into the gain map of a JPEG. */
const appleGainMap = xmp(
  'xmlns:HDRGainMap="http://ns.apple.com/HDRGainMap/1.0/" xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/" HDRGainMap:HDRGainMapVersion="65536" apdi:AuxiliaryImageType="urn:com:apple:photo:2020:aux:hdrgainmap"',
);
const appleMatte = xmp(
  'xmlns:apdi="http://ns.apple.com/pixeldatainfo/1.0/" apdi:AuxiliaryImageType="urn:com:apple:photo:2018:aux:portraiteffectsmatte"',
);

const word = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const field = (tag: string, type: number, count: number, value: Buffer): Buffer =>
  Buffer.concat([Buffer.from(tag, 'hex'), Buffer.from([0, type]), word(count), value]);

/** The index of two images. The offset of the second counts from the TIFF header in this segment. */
function indexOf(first: number, offset: number, second: number): Buffer {
  const fields = [
    field('b000', 7, 4, Buffer.from('0100')),
    field('b001', 4, 1, word(2)),
    field('b002', 7, 32, word(50)),
  ];
  const one = [word(0x20030000), word(first), word(0), word(0)];
  const two = [word(0), word(second), word(offset), word(0)];
  const directory = [Buffer.from([0, 3]), ...fields, word(0)];
  const header = Buffer.from('MPF\0MM\0*\0\0\0\x08', 'latin1');
  return jpegSegment(0xe2, Buffer.concat([header, ...directory, ...one, ...two]));
}

const picture = (): Promise<Buffer> =>
  quartered(40, 24, ['red', 'green', 'blue', 'yellow']).jpeg().toBuffer();

const grey = (): Promise<Buffer> =>
  sharp({ create: { width: 20, height: 12, channels: 3, background: '#808080' } })
    .toColourspace('b-w')
    .jpeg()
    .toBuffer();

/** A picture with segments, and a smaller grey one with other segments behind it. */
async function twoImages(
  first: (length: number) => readonly Buffer[],
  behind: readonly Buffer[],
): Promise<Buffer> {
  const second = withSegments(await grey(), behind);
  const segments = first(second.length);
  const before = 2 + segments.reduce((sum, { length }) => sum + length, 0);
  const whole = withSegments(await picture(), segments);
  const length = whole.length + indexOf(0, 0, 0).length;
  // Marker, length and name of the segment stand before its TIFF header.
  const index = indexOf(length, length - before - 8, second.length);
  const indexed = [whole.subarray(0, before), index, whole.subarray(before)];
  return Buffer.concat([...indexed, second]);
}

type Make = () => Promise<Buffer>;

/** Files with a gain map, by the format of its description. */
export const gainMapFiles: Readonly<Record<string, Make>> = {
  'Ultra HDR': () =>
    twoImages(
      (length) => [xmp(`${hdrgm} ${container}`, directoryOf(length))],
      [xmp(`${hdrgm} ${gains}`)],
    ),
  'ISO 21496-1': () => twoImages(() => [isoVersions], [isoParameters]),
  'both of them': () =>
    twoImages(
      (length) => [xmp(`${hdrgm} ${container}`, directoryOf(length)), isoVersions],
      [xmp(`${hdrgm} ${gains}`), isoParameters],
    ),
  Apple: () => twoImages(() => [], [appleGainMap]),
};

/** Files without a gain map that resemble those with one. */
export const filesWithoutGainMap: Readonly<Record<string, Make>> = {
  'a JPEG': picture,
  'a stereo pair': () => twoImages(() => [], []),
  'a portrait with its matte': () => twoImages(() => [], [appleMatte]),
  'Ultra HDR whose gain map was removed': async () =>
    withSegments(await picture(), [xmp(`${hdrgm} ${container}`, directoryOf(999)), isoVersions]),
  'a thumbnail in EXIF, and XMP about colours': async () =>
    withSegments(await picture(), [
      jpegSegment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), await grey()])),
      xmp('xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:ColorMode="3"'),
    ]),
  'a PNG': () => quartered(40, 24, ['red', 'green', 'blue', 'yellow']).png().toBuffer(),
  'a WebP': () => quartered(40, 24, ['red', 'green', 'blue', 'yellow']).webp().toBuffer(),
};
