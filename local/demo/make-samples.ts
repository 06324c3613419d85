import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { paintAlpineLake } from './paint/alpine-lake.ts';
import { paintDunes } from './paint/dunes.ts';
import { paintLantern } from './paint/lantern.ts';
import { paintMark } from './paint/mark.ts';
import { paintObservatory } from './paint/observatory.ts';
import { paintPaperBoat } from './paint/paper-boat.ts';
import { paintPortrait } from './paint/portrait.ts';
import { paintPoster } from './paint/poster.ts';
import { paintTide } from './paint/tide.ts';
import { samplesFolder } from './samples.ts';

/**
 * Paints the demo's sample images into `local/demo/samples/`:
 *
 *     node --import tsx local/demo/make-samples.ts            all images; takes a few minutes
 *     node --import tsx local/demo/make-samples.ts tide.gif   only the named images
 *
 * `--scale 0.25 --into <folder>` makes small drafts in another folder.
 */

const painters: Readonly<Record<string, (scale: number) => Promise<Buffer>>> = {
  'alpine-lake.jpg': paintAlpineLake,
  'dunes at dusk.jpg': paintDunes,
  'paper-boat.png': paintPaperBoat,
  'tide.gif': paintTide,
  'portrait.jpg': paintPortrait,
  'observatory.jpg': paintObservatory,
  'poster.png': paintPoster,
  'lantern.webp': paintLantern,
  'mark.png': paintMark,
};

const { values, positionals: chosen } = parseArgs({
  allowPositionals: true,
  options: {
    scale: { type: 'string', default: '1' },
    into: { type: 'string', default: samplesFolder },
  },
});

const unknown = chosen.filter((name) => !Object.hasOwn(painters, name));
if (unknown.length > 0) {
  throw new Error(`no such sample: ${unknown.join(', ')}`);
}

await mkdir(values.into, { recursive: true });
for (const [name, paint] of Object.entries(painters)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const bytes = await paint(Number(values.scale));
  await writeFile(join(values.into, name), bytes);
  console.log(`${name}: ${Math.round(bytes.length / 1024)} KiB`);
}
