import { existsSync } from 'node:fs';
import path from 'node:path';
import { fetchPackage, type ImagePackage } from '../packages/fetch-package.ts';
import { BenchFailure } from '../table.ts';

type PackagedPhotographs = ImagePackage & {
  /** Where its photographs are, below the folder of the package. */
  readonly folder: string;
  readonly photographs: readonly string[];
};

/** Photographs of 0.3 to 16 MB, upright and in sRGB. The largest is one of a painting. */
const packages: readonly PackagedPhotographs[] = [
  {
    tool: 'apt',
    name: 'lomiri-wallpapers-16.04',
    version: '20.04.0-2',
    folder: 'usr/share/backgrounds',
    photographs: [
      'aitzgorri_by_Aitzol_Berasategi.jpg',
      'Bridge_by_Sander_Klootwijk.jpg',
      'Dragonfly_by_Bolly.jpg',
      'free_by_Peter_Nerlich.jpg',
      'friends_by_Aitzol_Berasategi.jpg',
      'life_by_Aitzol_Berasategi.jpg',
      'picosdeeuropa_by_Aitzol_Berasategi.jpg',
      'Picture_0B_by_freespace.jpg',
      'Picture_1A_by_freespace.jpg',
      'seeding_by_Clements_Engelhardt.jpg',
      'sunset_by_Aitzol_Berasategi.jpg',
      'Wine_by_Jakkub_Mede.jpg',
    ],
  },
  {
    tool: 'apt',
    name: 'lomiri-wallpapers-20.04',
    version: '20.04.0-2',
    folder: 'usr/share/backgrounds',
    photographs: ['Kleiber_by_Lukas_Baubkus.jpg'],
  },
  {
    tool: 'apt',
    name: 'mate-backgrounds',
    version: '1.26.0-1',
    folder: 'usr/share/backgrounds/mate',
    photographs: [
      'abstract/Elephants_5640x3172.jpg',
      'nature/Blinds.jpg',
      'nature/Dune.jpg',
      'nature/LadyBird.jpg',
      'nature/RainDrops.jpg',
      'nature/Storm.jpg',
      'nature/TwoWings.jpg',
      'nature/Wood.jpg',
    ],
  },
  {
    tool: 'pip',
    name: 'thumbor',
    version: '7.8.0',
    folder: 'thumbor-7.8.0/tests/fixtures/images',
    photographs: ['Christophe_Henner_-_June_2016.jpg'],
  },
  {
    tool: 'pip',
    name: 'face_recognition',
    version: '1.3.0',
    folder: 'face_recognition-1.3.0/tests/test_images',
    photographs: ['biden.jpg', 'obama3.jpg'],
  },
];

/** The files of a package. None, and a line on stderr, if it cannot be had. */
function findPhotographs({ folder, photographs, ...from }: PackagedPhotographs): readonly string[] {
  try {
    const below = path.join(fetchPackage(from), folder);
    return photographs.map((name) => path.join(below, name)).filter((file) => existsSync(file));
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : '';
    process.stderr.write(`bench: the photographs of ${from.name} are left out (${reason})\n`);
    return [];
  }
}

/** With fewer photographs, a median says little. */
const fewest = 5;

/** Downloads packages with photographs, unless an earlier run did. Throws a `BenchFailure` if there are too few. */
export function listPhotographs(): readonly string[] {
  const files = packages.flatMap(findPhotographs);
  if (files.length < fewest)
    throw new BenchFailure(
      'the packages with photographs cannot be downloaded; check that apt-get and pip reach their registries',
    );
  return files;
}
