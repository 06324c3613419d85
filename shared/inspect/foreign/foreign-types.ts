import { sniff } from '../../operations/image-type.ts';
import { hasBrand } from './brands.ts';
import { type FileHead, hasBytes, readFileHead, startsWith } from './file-head.ts';
import { hasRoot } from './markup.ts';

/** A type that Signet recognises and does not read. */
export type ForeignType = {
  /** As it follows "the file is". */
  readonly name: string;
  /** The endings of file names that tell the truth about the type. Left out if any name is fine. */
  readonly endings?: readonly string[];
  /** What to do, as a clause without a full stop. */
  readonly remedy: string;
  readonly recognise: (head: FileHead) => boolean;
};

const convert = (command: string): string => `convert it with \`${command}\``;
const toJpeg = (ending: string): string => convert(`magick in.${ending} out.jpg`);
/** The command that converts any picture to a PNG. */
export const toPng = (ending: string): string => convert(`magick in.${ending} out.png`);
/** Of a file with several pictures, ImageMagick converts the first one. */
const firstToPng = (ending: string): string => convert(`magick 'in.${ending}[0]' out.png`);
const firstFrame = (ending: string): string =>
  `take a picture from it with \`ffmpeg -i in.${ending} -frames:v 1 out.png\``;

const uploadAgain = 'upload the picture itself';
const pageRemedy = `it is probably an error page that was stored in place of a picture; ${uploadAgain}`;
const unpack = 'unpack it and upload the pictures in it';

const toCode = (character: string): number => character.charCodeAt(0);

/** The four bytes of a small number, one character per byte. */
const littleEndian = (value: number): string => `${String.fromCharCode(value)}\0\0\0`;

const tiffMarks = ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'] as const;
const jpegXlMark = '\0\0\0\x0cJXL \r\n\x87\n';
const jpeg2000Mark = '\0\0\0\x0cjP  \r\n\x87\n';

const photographs: readonly ForeignType[] = [
  {
    name: 'AVIF',
    endings: ['avif', 'avifs'],
    remedy: toPng('avif'),
    recognise: hasBrand('avif', 'avis'),
  },
  {
    name: 'Canon CR3',
    endings: ['cr3'],
    remedy: toJpeg('cr3'),
    recognise: hasBrand('crx '),
  },
  {
    // Still pictures, sequences and multi-layer pictures: ISO/IEC 23008-12, annexes B, E and later.
    name: 'HEIC',
    endings: ['heic', 'heics', 'heif', 'heifs', 'hif', 'avci'],
    remedy: toJpeg('heic'),
    recognise: hasBrand(
      ...['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'mif2', 'msf1'],
      ...['miaf', 'avci', 'avcs', 'vvic', 'vvis', 'jpeg', 'jpgs', 'j2ki', 'j2is'],
    ),
  },
  {
    name: 'JPEG XL',
    endings: ['jxl'],
    remedy: toPng('jxl'),
    recognise: startsWith('\xff\x0a', jpegXlMark),
  },
  {
    name: 'JPEG 2000',
    endings: ['jp2', 'j2k', 'j2c', 'jpc', 'jpf', 'jpx', 'jpm'],
    remedy: toPng('jp2'),
    recognise: startsWith('\xff\x4f\xff\x51', jpeg2000Mark),
  },
  {
    name: 'JPEG XR',
    endings: ['jxr', 'wdp', 'hdp'],
    remedy: toPng('jxr'),
    recognise: startsWith('II\xbc'),
  },
  {
    name: 'a camera raw file',
    endings: ['cr2', 'crw', 'raf', 'orf', 'rw2', 'rwl', 'raw', 'mrw', 'x3f'],
    remedy: convert('magick in.cr2 out.jpg'),
    recognise: (head) =>
      (startsWith(...tiffMarks)(head) && hasBytes(8, 'CR')(head)) ||
      startsWith(
        ...['II\x1a\0\0\0HEAPCCDR', 'FUJIFILMCCD-RAW', 'IIRO', 'IIRS', 'MMOR', 'IIU\0'],
        ...['\0MRM', 'FOVb'],
      )(head),
  },
  {
    name: 'TIFF or a camera raw file',
    endings: [
      ...['tif', 'tiff', 'btf', 'dng', 'nef', 'nrw', 'arw', 'srf', 'sr2', 'pef', 'srw', '3fr'],
      ...['fff', 'iiq', 'erf', 'dcr', 'kdc', 'mef', 'mos', 'rwl'],
    ],
    remedy: firstToPng('tif'),
    recognise: startsWith(...tiffMarks),
  },
];

const graphics: readonly ForeignType[] = [
  {
    name: 'SVG',
    endings: ['svg'],
    remedy: convert('rsvg-convert -w 2000 -o out.png in.svg'),
    recognise: hasRoot('svg'),
  },
  {
    name: 'PDF',
    endings: ['pdf', 'ai'],
    remedy: convert('pdftoppm -png -r 150 -singlefile in.pdf out'),
    recognise: ({ text }) => text.startsWith('%PDF-'),
  },
  {
    name: 'PostScript',
    endings: ['ps', 'eps', 'epsf', 'ai'],
    remedy: convert('gs -dSAFER -dEPSCrop -sDEVICE=png16m -r150 -o out.png in.eps'),
    recognise: (head) => head.text.startsWith('%!PS') || startsWith('\xc5\xd0\xd3\xc6')(head),
  },
  {
    name: 'a Photoshop file',
    endings: ['psd', 'psb'],
    remedy: firstToPng('psd'),
    recognise: startsWith('8BPS\0\x01', '8BPS\0\x02'),
  },
  {
    name: 'a GIMP file',
    endings: ['xcf'],
    remedy: convert('magick in.xcf -flatten out.png'),
    recognise: startsWith('gimp xcf '),
  },
  {
    // The sizes of its second header: https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-header-types
    name: 'BMP',
    endings: ['bmp', 'dib'],
    remedy: toPng('bmp'),
    recognise: (head) =>
      startsWith('BM')(head) &&
      hasBytes(14, ...[12, 16, 40, 52, 56, 64, 108, 124].map(littleEndian))(head),
  },
  {
    // The count of pictures is not 0, as it is in a TGA that begins with the same bytes.
    name: 'an icon or a cursor',
    endings: ['ico', 'cur'],
    remedy: firstToPng('ico'),
    recognise: (head) => startsWith('\0\0\x01\0', '\0\0\x02\0')(head) && !hasBytes(4, '\0\0')(head),
  },
  {
    name: 'MNG or JNG',
    endings: ['mng', 'jng'],
    remedy: firstToPng('mng'),
    recognise: startsWith('\x8aMNG\r\n\x1a\n', '\x8bJNG\r\n\x1a\n'),
  },
  {
    name: 'OpenEXR',
    endings: ['exr'],
    remedy: toPng('exr'),
    recognise: startsWith('v/1\x01'),
  },
  {
    name: 'Radiance HDR',
    endings: ['hdr', 'pic', 'rgbe'],
    remedy: toPng('hdr'),
    recognise: startsWith('#?RADIANCE', '#?RGBE'),
  },
  { name: 'QOI', endings: ['qoi'], remedy: toPng('qoi'), recognise: startsWith('qoif') },
  { name: 'DDS', endings: ['dds'], remedy: toPng('dds'), recognise: startsWith('DDS |\0\0\0') },
  {
    name: 'PNM',
    endings: ['pnm', 'pbm', 'pgm', 'ppm', 'pam', 'pfm'],
    remedy: toPng('ppm'),
    recognise: ({ raw }) => /^P(?:[1-6]\s{1,8}[#\d]|7\s{1,8}[A-Z#]|[Ff]\s{1,8}\d)/.test(raw),
  },
];

const videos: readonly ForeignType[] = [
  {
    name: 'an MP4 or MOV video',
    endings: ['mp4', 'm4v', 'mov', 'qt', '3gp', '3g2', 'm4a'],
    remedy: firstFrame('mp4'),
    recognise: hasBytes(4, 'ftyp', 'moov', 'mdat', 'wide', 'pnot'),
  },
  {
    name: 'a WebM or Matroska video',
    endings: ['webm', 'mkv'],
    remedy: firstFrame('webm'),
    recognise: startsWith('\x1a\x45\xdf\xa3'),
  },
  {
    name: 'an AVI video',
    endings: ['avi'],
    remedy: firstFrame('avi'),
    recognise: (head) => startsWith('RIFF')(head) && hasBytes(8, 'AVI ')(head),
  },
  {
    name: 'an MPEG, Ogg, FLV or WMV video',
    endings: ['mpg', 'mpeg', 'vob', 'ogv', 'ogg', 'flv', 'wmv', 'asf'],
    remedy: firstFrame('mpg'),
    recognise: startsWith(
      ...['\0\0\x01\xba', '\0\0\x01\xb3', 'OggS', 'FLV\x01'],
      '\x30\x26\xb2\x75\x8e\x66\xcf\x11',
    ),
  },
];

const otherFiles: readonly ForeignType[] = [
  {
    name: 'ZIP',
    endings: ['zip', 'docx', 'xlsx', 'pptx', 'odt', 'odg', 'sketch', 'kra', 'cbz'],
    remedy: unpack,
    recognise: startsWith('PK\x03\x04', 'PK\x05\x06'),
  },
  {
    name: 'gzip',
    endings: ['gz', 'tgz', 'svgz', 'emz', 'wmz'],
    remedy: unpack,
    recognise: startsWith('\x1f\x8b'),
  },
  {
    name: 'another archive',
    endings: ['rar', 'cbr', '7z', 'xz', 'bz2', 'zst', 'tar'],
    remedy: unpack,
    recognise: (head) =>
      startsWith('Rar!\x1a\x07', '7z\xbc\xaf\x27\x1c', '\xfd7zXZ\0', '\x28\xb5\x2f\xfd')(head) ||
      /^BZh[1-9]1AY&SY/.test(head.raw) ||
      hasBytes(257, 'ustar')(head),
  },
  {
    name: 'an AppleDouble file',
    remedy: 'macOS writes it beside a picture; upload the file without `._` in its name',
    recognise: startsWith('\0\x05\x16\x07'),
  },
  {
    name: 'a Git LFS pointer',
    remedy: 'run `git lfs pull` and upload the file again',
    recognise: ({ text }) => text.startsWith('version https://git-lfs.github.com/spec/'),
  },
  {
    // What the first bytes of JPEG, PNG, GIF and WebP are in Base64.
    name: 'a picture in Base64',
    remedy: 'decode it with `base64 -d`, without `data:` and what follows up to the comma',
    recognise: ({ text }) =>
      ['data:image/', '/9j/', 'iVBORw0KGgo', 'R0lGOD', 'UklGR'].some((one) => text.startsWith(one)),
  },
  {
    // The names that browsers know: https://mimesniff.spec.whatwg.org/#rules-for-identifying-an-unknown-mime-type
    name: 'HTML',
    endings: ['html', 'htm', 'xhtml'],
    remedy: pageRemedy,
    recognise: hasRoot(
      ...['html', 'head', 'script', 'iframe', 'h1', 'div', 'font', 'table', 'a', 'style'],
      ...['title', 'b', 'body', 'br', 'p'],
    ),
  },
  { name: 'XML', endings: ['xml'], remedy: pageRemedy, recognise: hasRoot() },
  {
    name: 'JSON',
    endings: ['json'],
    remedy: pageRemedy,
    recognise: ({ text, isText }) =>
      isText && /^(?:\{\s{0,64}["}]|\[\s{0,64}[\]["{\d-])/.test(text),
  },
  {
    name: 'a picture behind other bytes',
    remedy: 'remove the line break, space or byte order mark before its first byte',
    recognise: ({ text }) => sniff(Uint8Array.from(text.slice(0, 16), toCode)) !== undefined,
  },
  { name: 'plain text', endings: ['txt'], remedy: pageRemedy, recognise: ({ isText }) => isText },
];

const empty: ForeignType = {
  name: 'empty',
  remedy: 'upload it again',
  recognise: ({ raw }) => raw === '',
};

/** Every type that is recognised. The first one that fits counts. */
export const foreignTypes: readonly ForeignType[] = [
  ...photographs,
  ...graphics,
  ...videos,
  ...otherFiles,
  empty,
];

/** Recognises what a file is, if `sniff` does not know it. Undefined if it is anything else. */
export function findForeignType(file: Uint8Array): ForeignType | undefined {
  const head = readFileHead(file);
  return foreignTypes.find(({ recognise }) => recognise(head));
}
