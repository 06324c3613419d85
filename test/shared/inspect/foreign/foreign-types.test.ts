import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findForeignType, foreignTypes } from '../../../../shared/inspect/foreign/foreign-types.ts';
import { limits } from '../../../../shared/limits.ts';
import { sniff } from '../../../../shared/operations/image-type.ts';

/*
 * First bytes as the specifications of the types and files of cameras and programs have them, one character per
 * byte. A name that is undefined stands for files that must not be taken for a type.
 */

const box = (brand: string, ...compatible: readonly string[]): string =>
  `\0\0\0${String.fromCharCode(16 + 4 * compatible.length)}ftyp${brand}\0\0\0\0${compatible.join('')}\0\0\0\x08mdat`;
const zeros = (count: number): string => '\0'.repeat(count);
const utf16 = (text: string): string => [...text].map((one) => `${one}\0`).join('');
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
const bmp = (header: number): string => `BM${zeros(12)}${String.fromCharCode(header)}${zeros(30)}`;

type Row = readonly [what: string, name: string | undefined, file: string];

const brands: readonly Row[] = [
  ...['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1'].map(
    (brand): Row => [`the brand ${brand}`, 'HEIC', box(brand, 'mif1', 'heic')],
  ),
  ['a photograph of an iPhone', 'HEIC', box('heic', 'mif1', 'MiHE', 'MiPr', 'miaf', 'MiHB')],
  ['a HEIF of AVC', 'HEIC', box('avci', 'mif1')],
  ['a HEIF without brands of its codec', 'HEIC', box('mif1')],
  ['an AVIF', 'AVIF', box('avif', 'mif1', 'miaf')],
  ['an AVIF sequence', 'AVIF', box('avis', 'msf1', 'miaf')],
  ['an AVIF whose major brand is a structure', 'AVIF', box('mif1', 'miaf', 'avif')],
  ['a file whose brand behind the box is avif', 'HEIC', `${box('mif1')}avif`],
  ['a CR3', 'Canon CR3', box('crx ', 'crx ', 'isom')],
  ['an MP4', 'an MP4 or MOV video', box('isom', 'iso2', 'avc1', 'mp41')],
  ['a video that says mif1, too', 'an MP4 or MOV video', box('mp42', 'mif1')],
  ['a MOV', 'an MP4 or MOV video', box('qt  ')],
  ['a MOV without brands', 'an MP4 or MOV video', `\0\0\0\x08wide\0\0\0\0mdat`],
];

const photographs: readonly Row[] = [
  ['JPEG XL, bare', 'JPEG XL', '\xff\x0a\xfa\x1f\x41'],
  ['JPEG XL in boxes', 'JPEG XL', `\0\0\0\x0cJXL \r\n\x87\n${box('jxl ', 'jxl ')}`],
  ['JPEG 2000, bare', 'JPEG 2000', '\xff\x4f\xff\x51\0\x2f'],
  ['JP2', 'JPEG 2000', `\0\0\0\x0cjP  \r\n\x87\n${box('jp2 ', 'jp2 ')}`],
  ['JPEG XR', 'JPEG XR', 'II\xbc\x01\x08\0\0\0'],
  ['CR2', 'a camera raw file', 'II*\0\x10\0\0\0CR\x02\0'],
  ['CRW', 'a camera raw file', 'II\x1a\0\0\0HEAPCCDR'],
  ['RAF', 'a camera raw file', 'FUJIFILMCCD-RAW 0201FF383501'],
  ['ORF', 'a camera raw file', 'IIRO\x08\0\0\0'],
  ['ORF of an older camera', 'a camera raw file', 'IIRS\x08\0\0\0'],
  ['big-endian ORF', 'a camera raw file', 'MMOR\0\0\0\x08'],
  ['RW2', 'a camera raw file', 'IIU\0\x08\0\0\0'],
  ['MRW', 'a camera raw file', '\0MRM\0\x01\x82\x04'],
  ['X3F', 'a camera raw file', 'FOVb\x03\0\x02\0'],
  ['TIFF', 'TIFF or a camera raw file', 'II*\0\x08\0\0\0'],
  ['big-endian TIFF', 'TIFF or a camera raw file', 'MM\0*\0\0\0\x08'],
  ['BigTIFF', 'TIFF or a camera raw file', 'II+\0\x08\0\0\0'],
  ['big-endian BigTIFF', 'TIFF or a camera raw file', 'MM\0+\0\x08\0\0'],
];

const drawings: readonly Row[] = [
  ['SVG', 'SVG', svg],
  ['SVG behind a declaration', 'SVG', `<?xml version="1.0"?>\n${svg}`],
  ['SVG behind a byte order mark', 'SVG', `\xef\xbb\xbf${svg}`],
  ['SVG behind white space', 'SVG', `\r\n\t ${svg}`],
  ['SVG behind comments', 'SVG', `<!-- a > b --><!-- <html> -->\n${svg}`],
  [
    'SVG behind a DOCTYPE with entities',
    'SVG',
    `<?xml version="1.0"?>\n<!-- Generator -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x.dtd" [\n<!ENTITY ns "http://ns/">\n]>\n${svg}`,
  ],
  ['SVG with a prefix', 'SVG', '<svg:svg xmlns:svg="http://www.w3.org/2000/svg"/>'],
  ['SVG in capitals', 'SVG', '<SVG/>'],
  ['SVG in UTF-16', 'SVG', `\xff\xfe${utf16(`<?xml version="1.0"?>${svg}`)}`],
  ['SVG in big-endian UTF-16', 'SVG', `\xfe\xff\0${utf16(svg).slice(0, -1)}`],
  ['PDF', 'PDF', '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n'],
  ['PDF behind a line break', 'PDF', '\n%PDF-1.4'],
  ['PostScript', 'PostScript', '%!PS-Adobe-3.0 EPSF-3.0\n'],
  ['EPS with a preview', 'PostScript', '\xc5\xd0\xd3\xc6\x20\0\0\0'],
  ['PSD', 'a Photoshop file', '8BPS\0\x01\0\0'],
  ['PSB', 'a Photoshop file', '8BPS\0\x02\0\0'],
  ['XCF', 'a GIMP file', 'gimp xcf v011\0'],
  ...[12, 40, 108, 124].map((size): Row => [`BMP with a header of ${size}`, 'BMP', bmp(size)]),
  ['ICO', 'an icon or a cursor', '\0\0\x01\0\x01\0\x10\x10'],
  ['CUR', 'an icon or a cursor', '\0\0\x02\0\x01\0\x20\x20'],
  ['MNG', 'MNG or JNG', '\x8aMNG\r\n\x1a\n'],
  ['JNG', 'MNG or JNG', '\x8bJNG\r\n\x1a\n'],
  ['OpenEXR', 'OpenEXR', 'v/1\x01\x02\0\0\0'],
  ['Radiance HDR', 'Radiance HDR', '#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n'],
  ['QOI', 'QOI', 'qoif\0\0\0\x10'],
  ['DDS', 'DDS', 'DDS |\0\0\0'],
  ...['P1 2 2', 'P2\n# a comment', 'P3\r\n9', 'P4\n9', 'P5 9', 'P6\n9 9\n255\n'].map(
    (file): Row => [file.slice(0, 2), 'PNM', file],
  ),
  ['PAM', 'PNM', 'P7\nWIDTH 9\n'],
  ['PFM', 'PNM', 'PF\n9 9\n-1.0\n'],
];

const others: readonly Row[] = [
  ['WebM', 'a WebM or Matroska video', '\x1a\x45\xdf\xa3\x9f\x42\x86'],
  ['AVI', 'an AVI video', 'RIFF\x24\0\0\0AVI LIST'],
  ['MPEG', 'an MPEG, Ogg, FLV or WMV video', '\0\0\x01\xba\x44'],
  ['Ogg', 'an MPEG, Ogg, FLV or WMV video', 'OggS\0\x02'],
  ['FLV', 'an MPEG, Ogg, FLV or WMV video', 'FLV\x01\x05'],
  ['WMV', 'an MPEG, Ogg, FLV or WMV video', '\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9'],
  ['ZIP', 'ZIP', 'PK\x03\x04\x14\0'],
  ['an empty ZIP', 'ZIP', `PK\x05\x06${zeros(18)}`],
  ['gzip', 'gzip', '\x1f\x8b\x08\0'],
  ['RAR', 'another archive', 'Rar!\x1a\x07\x01\0'],
  ['7-Zip', 'another archive', '7z\xbc\xaf\x27\x1c\0\x04'],
  ['xz', 'another archive', '\xfd7zXZ\0\0\x04'],
  ['bzip2', 'another archive', 'BZh91AY&SY'],
  ['zstd', 'another archive', '\x28\xb5\x2f\xfd\x04'],
  ['tar', 'another archive', `photo.jpg${zeros(248)}ustar\x0000`],
  ['the companion file of macOS', 'an AppleDouble file', '\0\x05\x16\x07\0\x02\0\0Mac OS X'],
  [
    'a Git LFS pointer',
    'a Git LFS pointer',
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
  ],
  ['a data URL', 'a picture in Base64', 'data:image/png;base64,iVBORw0KGgo='],
  ...[
    ['\xff\xd8\xff\xe0\0\x10', 'JPEG'],
    ['\x89PNG\r\n\x1a\n', 'PNG'],
    ['GIF89a', 'GIF'],
    ['RIFF\x24\0\0\0WEBP', 'WebP'],
  ].map(
    ([bytes = '', type]): Row => [
      `a ${type} in Base64`,
      'a picture in Base64',
      Buffer.from(bytes, 'latin1').toString('base64'),
    ],
  ),
  ['HTML', 'HTML', '<!DOCTYPE html><html><body><svg/></body></html>'],
  ['HTML without DOCTYPE', 'HTML', '\n<HTML>\n<head><title>404 Not Found</title></head>'],
  ['HTML behind a comment', 'HTML', '<!--[if lt IE 7]><svg/><![endif]--><html>'],
  ['a warning of PHP', 'HTML', '<br />\n<b>Warning</b>:  imagejpeg(): failed'],
  ['an error of S3', 'XML', '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>'],
  ['XML that mentions SVG', 'XML', '<feed><svg/></feed>'],
  ['a declaration without end', 'XML', `<?xml version="1.0" ${' '.repeat(limits.sniffedBytes)}`],
  ['JSON', 'JSON', '{"error":"not found"}'],
  ['a list in JSON', 'JSON', ' [\n  {"a": 1}\n]'],
  ['a JPEG behind a line break', 'a picture behind other bytes', '\n\xff\xd8\xff\xe0\0\x10JFIF'],
  [
    'a PNG behind a byte order mark',
    'a picture behind other bytes',
    '\xef\xbb\xbf\x89PNG\r\n\x1a\n',
  ],
  ['text', 'plain text', 'Not Found\n'],
  ['text with umlauts', 'plain text', Buffer.from('Größe', 'utf8').toString('latin1')],
  ['nothing', 'empty', ''],
];

const unknown: readonly Row[] = [
  ['one byte', undefined, '\xff'],
  ['zeros', undefined, zeros(600)],
  ['half a mark of a PNG', undefined, '\x89PN'],
  ['text in Latin-1', undefined, 'Gr\xf6\xdfe der Datei'],
  ['a TGA of colours', undefined, `\0\0\x02${zeros(9)}\x10\0\x10\0\x18\0`],
  ['a TGA of a palette', undefined, `\0\x01\x01\0\0\0\x01\x18${zeros(10)}`],
  ['sound in RIFF', undefined, 'RIFF\x24\0\0\0WAVEfmt '],
  ['BM and no header', undefined, `BM${zeros(60)}`],
  ['a PSD of another version', undefined, '8BPS\0\x03\0\0'],
  ['a GIF of another year', 'plain text', 'GIF88a'],
  ['a word that begins like a BMP', 'plain text', 'BMW and other cars of its time'],
  ['a sentence that begins like a PNM', 'plain text', 'P1 is the first of them'],
  ['a text that begins with a brace', 'plain text', '{not JSON}'],
  ['a text about SVG', 'plain text', 'This is <svg>'],
  ['a comparison', 'plain text', '< 5'],
];

const bytesOf = (file: string): Uint8Array => Buffer.from(file, 'latin1');
const nameOf = (file: string): string | undefined => findForeignType(bytesOf(file))?.name;
const all = [...brands, ...photographs, ...drawings, ...others, ...unknown];

describe('a file that is not a source', () => {
  it.each(all)('%s is %s', (_what, name, file) => {
    expect(sniff(bytesOf(file))).toBeUndefined();
    expect(nameOf(file)).toBe(name);
  });

  it('has each type of the list in one of these cases', () => {
    const seen = new Set(all.map(([, name]) => name));
    expect(foreignTypes.filter(({ name }) => !seen.has(name))).toEqual([]);
  });

  it('is recognised by its first bytes alone', () => {
    const comment = `<!--${'x'.repeat(limits.sniffedBytes)}-->`;
    expect(nameOf(`${' '.repeat(limits.sniffedBytes - svg.length)}${svg}`)).toBe('SVG');
    expect(nameOf(`${comment}${svg}`)).toBe('XML');
  });

  it('is anything, and has a type or none', () => {
    const starts = all.map(([, , file]) => file);
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.nat(40), fc.uint8Array(), (start, cut, tail) => {
        const file = Buffer.concat([bytesOf(start.slice(0, cut)), tail]);
        const name = findForeignType(file)?.name;
        expect(name === undefined || foreignTypes.some((type) => type.name === name)).toBe(true);
      }),
    );
  });
});
