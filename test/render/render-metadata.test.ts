import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplesFolder } from '../../local/demo/samples.ts';
import { imageTypes } from '../../shared/operations/image-type.ts';
import { missingPrograms, notRun } from '../not-run.ts';
import { gainMapFiles } from './gain-map-files.ts';
import { draw } from './rendering.ts';
import {
  canary,
  type SourceName,
  sourceNames,
  stuffedSources,
  stuffPng,
} from './stuffed-sources.ts';

/*
 * ExifTool, which shares no code with Signet and its libraries, reads sources and answers. An answer may have the
 * tags below and no others: what its container needs to be drawn.
 */

const isMissing = notRun('ExifTool on answers', missingPrograms(['exiftool']), {
  install: 'apt-get install libimage-exiftool-perl',
});

const inGroup = (group: string, tags: readonly string[]): readonly string[] =>
  tags.map((tag) => `${group}:${tag}`);

const structure: ReadonlySet<string> = new Set([
  ...inGroup('File', [
    ...['FileType', 'FileTypeExtension', 'MIMEType', 'ImageWidth', 'ImageHeight'],
    ...['EncodingProcess', 'BitsPerSample', 'ColorComponents', 'YCbCrSubSampling'],
  ]),
  ...inGroup('PNG', [
    ...['ImageWidth', 'ImageHeight', 'BitDepth', 'ColorType', 'Compression', 'Filter'],
    'Interlace',
  ]),
  ...inGroup('PNG-pHYs', ['PixelsPerUnitX', 'PixelsPerUnitY', 'PixelUnits']),
  ...inGroup('GIF', [
    ...['GIFVersion', 'ImageWidth', 'ImageHeight', 'HasColorMap', 'ColorResolutionDepth'],
    ...['BitsPerPixel', 'BackgroundColor', 'TransparentColor', 'AnimationIterations'],
    ...['FrameCount', 'Duration'],
  ]),
  ...inGroup('RIFF', [
    ...['VP8Version', 'ImageWidth', 'ImageHeight', 'HorizontalScale', 'VerticalScale'],
    ...['WebP_Flags', 'BackgroundColor', 'AnimationLoopCount', 'Duration', 'AlphaPreprocessing'],
    ...['AlphaFiltering', 'AlphaCompression'],
  ]),
  ...inGroup('QuickTime', [
    ...['MajorBrand', 'MinorVersion', 'CompatibleBrands', 'HandlerType', 'AuxiliaryImageType'],
    ...['AV1ConfigurationVersion', 'SeqProfile', 'SeqLevelIdx0', 'SeqTier0', 'HighBitDepth'],
    ...['TwelveBit', 'ChromaFormat', 'ChromaSamplePosition', 'InitialDelaySamples'],
    ...['ImageSpatialExtent', 'ImagePixelDepth', 'MediaDataSize', 'MediaDataOffset', 'MediaData'],
  ]),
  'Meta:PrimaryItemReference',
]);

/** What libvips writes for a picture whose density it does not know: 1 per millimetre, or 72 per inch. */
const densities: readonly unknown[] = [undefined, 1000, 2834, 2835];

type Tags = Readonly<Record<string, unknown>>;

/** All that ExifTool finds in files, as `Group:Tag`, also what it has no name for. */
function readTags(folder: string, files: readonly Uint8Array[]): readonly Tags[] {
  const names = files.map((bytes, at) => {
    const file = path.join(folder, `${at}`);
    writeFileSync(file, bytes);
    return file;
  });
  const excluded = ['System:all', 'Composite:all', 'ExifTool:ExifToolVersion', 'SourceFile'];
  const options = ['-q', '-json', '-n', '-G1', '-a', '-u', '-ee3', '-charset', 'latin1'];
  const said = execFileSync(
    'exiftool',
    [...options, ...excluded.flatMap((one) => ['-x', one]), ...names],
    { encoding: 'utf8' },
  );
  return (JSON.parse(said) as readonly Tags[]).map(({ SourceFile: _, ...tags }) => tags);
}

const common = [
  ...['IFD0:Artist', 'ExifIFD:UserComment', 'GPS:GPSDateStamp', 'IFD1:ThumbnailImage'],
  ...['XMP-dc:Description', 'XMP-dc:Creator'],
];

/** What ExifTool must find in each source, so that it would find it in an answer, too. */
const planted: Readonly<Record<SourceName, readonly string[]>> = {
  jpg: [
    ...[...common, 'IPTC:By-line', 'ICC_Profile:ProfileDescription', 'File:Comment'],
    'JFXX:ThumbnailImage',
  ],
  png: [
    ...[...common, 'IPTC:By-line', 'ICC_Profile:ProfileDescription', 'PNG:Comment'],
    ...['PNG:Description', 'PNG:Author', 'PNG:Copyright', 'PNG:ModifyDate', 'PNG:ProfileName'],
  ],
  webp: [...common, 'ICC_Profile:ProfileDescription', 'RIFF:Unknown_CNRY'],
  gif: ['File:Comment', 'XMP-dc:Description', 'XMP-dc:Creator'],
  'gif, moving': ['File:Comment', 'XMP-dc:Description', 'XMP-dc:Creator'],
  'webp, moving': [...common, 'RIFF:Unknown_CNRY'],
};

const types = Object.keys(imageTypes);
const images: readonly string[] = [
  ...['format,f_src', 'resize,w_20', 'rotate,a_33', 'trim,t_9', 'crop,w_9,h_9', 'circle,r_9'],
  ...['grayscale', 'blur,s_2', 'background,color_00FF00'],
  ...types.flatMap((type) => [
    `format,f_${type}`,
    `orient,o_0__op__format,f_${type}`,
    `watermark,i_logo__op__format,f_${type}`,
    `quality,max_900__op__format,f_${type}`,
    `quality,q_100__op__interlace,i_1__op__format,f_${type}`,
  ]),
];

describe.skipIf(isMissing)('ExifTool', () => {
  let folder: string;
  let sources: ReadonlyMap<SourceName, Buffer>;
  let files: readonly Buffer[];
  let mark: Buffer;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'signet-metadata-'));
    sources = await stuffedSources();
    const gainMaps = await Promise.all(Object.values(gainMapFiles).map((make) => make()));
    files = [...sources.values(), ...gainMaps];
    mark = stuffPng(readFileSync(path.join(samplesFolder, 'mark.png')));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(sourceNames)('finds metadata in the source: %s', (name) => {
    const [tags = {}] = readTags(folder, [sources.get(name) ?? Buffer.alloc(0)]);
    expect(Object.keys(tags)).toEqual(expect.arrayContaining([...planted[name]]));
  });

  it('finds metadata in the watermark, and a gain map behind an image', async () => {
    const gainMaps = await Promise.all(Object.values(gainMapFiles).map((make) => make()));
    const [ofMark = {}, ...others] = readTags(folder, [mark, ...gainMaps]);
    expect(Object.keys(ofMark)).toEqual(expect.arrayContaining(['PNG:Comment', 'IFD0:Artist']));
    expect(others.map((tags) => tags['MPF0:NumberOfImages'])).toEqual([2, 2, 2, 2]);
  });

  function checkTags(answers: readonly Uint8Array[]): void {
    for (const bytes of answers) expect(Buffer.from(bytes).includes('CANARY')).toBe(false);
    for (const tags of readTags(folder, answers)) {
      expect(Object.keys(tags).filter((tag) => !structure.has(tag))).toEqual([]);
      expect(densities).toContain(tags['PNG-pHYs:PixelsPerUnitX']);
    }
  }

  it.each(images)('finds none in an answer: %s', async (recipe) => {
    const answers: Uint8Array[] = [];
    for (const file of files) answers.push((await draw(file, recipe, {}, mark)).bytes);
    checkTags(answers);
  });

  it('finds none in the picture of a placeholder', async () => {
    const pictures: Uint8Array[] = [];
    for (const file of files) {
      const { bytes } = await draw(file, 'placeholder,k_lqip');
      const { value } = JSON.parse(new TextDecoder().decode(bytes)) as { readonly value: string };
      expect(value).toMatch(/^data:image\/webp;base64,/);
      pictures.push(Buffer.from(value.replace(/^.*,/, ''), 'base64'));
    }
    checkTags(pictures);
  });
});

describe('an answer in JSON', () => {
  const recipes = ['info', 'average-hue', 'placeholder,k_thumbhash', 'placeholder,k_blurhash'];
  it.each(recipes)('has no word of the metadata: %s', async (recipe) => {
    for (const source of (await stuffedSources()).values()) {
      const text = new TextDecoder().decode((await draw(source, recipe)).bytes);
      expect(text).not.toContain('CANARY');
      expect(source.includes(canary)).toBe(true);
      const fields = [
        'format',
        'width',
        'height',
        'frames',
        'alpha',
        'bytes',
        'RGB',
        'kind',
        'value',
      ];
      expect(Object.keys(JSON.parse(text)).filter((key) => !fields.includes(key))).toEqual([]);
    }
  });
});
