import { fileURLToPath } from 'node:url';

/** The demo images. `local/demo/make-samples.ts` paints them. */

export interface Sample {
  /** The name of the file in `samplesFolder`. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
}

export const samplesFolder = fileURLToPath(new URL('samples', import.meta.url));

export const samples: readonly Sample[] = [
  {
    name: 'alpine-lake.jpg',
    title: 'Alpine lake',
    about: 'A photographic JPEG full of fine detail: a snowy massif mirrored in a lake.',
  },
  {
    name: 'dunes at dusk.jpg',
    title: 'Dunes at dusk',
    about: 'A photographic JPEG of soft gradients, with spaces in its file name.',
  },
  {
    name: 'paper-boat.png',
    title: 'Paper boat',
    about: 'A transparent PNG whose shadow and water fade out through every level of alpha.',
  },
  {
    name: 'tide.gif',
    title: 'Tide',
    about: 'An animated GIF of 24 frames with differing delays that loops for ever.',
  },
  {
    name: 'portrait.jpg',
    title: 'Portrait',
    about: 'A JPEG stored sideways with EXIF orientation 6: upright only once that is applied.',
  },
  {
    name: 'observatory.jpg',
    title: 'Observatory',
    about: 'A JPEG of 15 megapixels: a dome under the Milky Way.',
  },
  {
    name: 'poster.png',
    title: 'Poster',
    about: 'A graphic of flat colours and hard edges, stored as a PNG with a palette.',
  },
  {
    name: 'lantern.webp',
    title: 'Lantern',
    about: 'An animated WebP with transparency: a lantern swaying in its own glow.',
  },
  {
    name: 'mark.png',
    title: 'Signet mark',
    about: "The project's mark, a small transparent PNG to be laid over other pictures.",
  },
];
