import sharp, { type JpegOptions, type Sharp } from 'sharp';

const width = 83;
const height = 61;

/** Colours that change in all directions, so that each block has coefficients. */
function picture(channels: 3 | 4): Sharp {
  const data = Buffer.alloc(width * height * channels, 0).map(
    (_, index) => (index * index * 31 + index * 7) >> 5,
  );
  return sharp(data, { raw: { width, height, channels } });
}

const colour = (options: JpegOptions): Promise<Buffer> => picture(3).jpeg(options).toBuffer();

/** Each kind of JPEG that an encoder writes, with all the metadata that it can write. */
export const soundJpegs: Readonly<Record<string, () => Promise<Buffer>>> = {
  baseline: () => colour({ quality: 85 }),
  'full chroma': () => colour({ chromaSubsampling: '4:4:4' }),
  progressive: () => colour({ progressive: true }),
  'optimised scans': () => colour({ mozjpeg: true }),
  'low quality': () => colour({ quality: 3 }),
  grey: () => picture(3).toColourspace('b-w').jpeg().toBuffer(),
  'progressive grey': () => picture(3).toColourspace('b-w').jpeg({ progressive: true }).toBuffer(),
  CMYK: () => picture(3).toColourspace('cmyk').jpeg().toBuffer(),
  'a profile': () => picture(3).withIccProfile('p3').jpeg().toBuffer(),
  metadata: () =>
    picture(3)
      .withExif({ IFD0: { Copyright: 'secret' } })
      .withMetadata({ orientation: 6 })
      .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/">secret</x:xmpmeta>')
      .jpeg()
      .toBuffer(),
};
