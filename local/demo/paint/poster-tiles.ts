/** The tiles of the poster: figures in a square of 100 by 100. */

/** `a` is the background, `b` and `c` are the figures. */
export interface Inks {
  readonly a: string;
  readonly b: string;
  readonly c: string;
}

export type Tile = (inks: Inks) => string;

const ground = (colour: string): string => `<rect width="100" height="100" fill="${colour}"/>`;

const quarter: Tile = ({
  a,
  b,
  c,
}) => `${ground(a)}<path d="M0 0H100A100 100 0 0 1 0 100Z" fill="${b}"/>
  <path d="M0 0H50A50 50 0 0 1 0 50Z" fill="${c}"/>`;

const rainbow: Tile = ({ a, b, c }) =>
  ground(a) +
  [100, 75, 50, 25]
    .map((r, i) => `<path d="M0 0H${r}A${r} ${r} 0 0 1 0 ${r}Z" fill="${[b, a, c, a][i] ?? a}"/>`)
    .join('');

const leaf: Tile = ({
  a,
  b,
  c,
}) => `${ground(a)}<path d="M0 0H50A50 50 0 0 1 100 50V100H50A50 50 0 0 1 0 50Z" fill="${b}"/>
  <path d="M26 26H50A24 24 0 0 1 74 50V74H50A24 24 0 0 1 26 50Z" fill="${c}"/>`;

const eye: Tile = ({
  a,
  b,
  c,
}) => `${ground(a)}<path d="M0 100A100 100 0 0 1 100 0A100 100 0 0 1 0 100Z" fill="${b}"/>
  <circle cx="50" cy="50" r="17" fill="${c}"/>`;

const halves: Tile = ({ a, b, c }) => `${ground(a)}<path d="M0 50A50 50 0 0 1 100 50Z" fill="${b}"/>
  <path d="M0 100A50 50 0 0 1 100 100Z" fill="${c}"/>`;

const disc: Tile = ({ a, b, c }) => `${ground(a)}<circle cx="50" cy="50" r="50" fill="${b}"/>
  <path d="M50 18a32 32 0 0 1 0 64z" fill="${c}"/>`;

const peak: Tile = ({ a, b, c }) => `${ground(a)}<path d="M0 100L50 0V100Z" fill="${b}"/>
  <path d="M50 0L100 100H50Z" fill="${c}"/>`;

const arch: Tile = ({
  a,
  b,
  c,
}) => `${ground(a)}<path d="M0 100V50A50 50 0 0 1 100 50V100Z" fill="${b}"/>
  <path d="M28 100V50A22 22 0 0 1 72 50V100Z" fill="${c}"/>`;

const bars: Tile = ({ a, b }) =>
  ground(a) +
  [0, 40, 80].map((y) => `<rect y="${y}" width="100" height="20" fill="${b}"/>`).join('');

const dots: Tile = ({ a, b }) =>
  ground(a) +
  Array.from({ length: 9 }, (_, i) => {
    const [x, y] = [20 + 30 * (i % 3), 20 + 30 * Math.floor(i / 3)];
    return `<circle cx="${x}" cy="${y}" r="9" fill="${b}"/>`;
  }).join('');

const steps: Tile = ({
  a,
  b,
  c,
}) => `${ground(a)}<path d="M0 100V0H33.5V33.5H67V67H100V100H0Z" fill="${b}"/>
  <path d="M0 100V67H33.5V100Z" fill="${c}"/>`;

export const tiles: readonly Tile[] = [
  quarter,
  rainbow,
  leaf,
  eye,
  halves,
  disc,
  peak,
  arch,
  quarter,
  leaf,
  bars,
  dots,
  steps,
];

/** Capital letters on a square of 100, drawn as strokes, so that no font is needed. */
export const letters: Readonly<Record<string, string>> = {
  S: 'M92 12H32A19 19 0 0 0 32 50H68A19 19 0 0 1 68 88H8',
  I: 'M50 0V100',
  G: 'M92 12H50A38 38 0 0 0 50 88H88V50H54',
  N: 'M12 100V0M88 100V0M10 12L90 88',
  E: 'M92 12H12V88H92M12 50H80',
  T: 'M0 12H100M50 12V100',
};
