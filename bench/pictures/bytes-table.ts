import { median } from '../median.ts';
import type { Row, Table } from '../table.ts';
import { bytesAtScore, type SizedScore } from './interpolation.ts';
import {
  type MeasuredPicture,
  type Measuring,
  type ScaledPhotograph,
  withMeasuring,
} from './measuring.ts';
import { peerVersions } from './services.ts';

/** Widths of photographs on a page: a card, half a page, and a page. */
const widths = [400, 800, 1_200] as const;
/** Qualities of our curve besides the default, to compare at equal scores. */
const curveQualities = [50, 65] as const;

/** The quality at which our answers score about as ipx's. */
const qualityLikeIpx = 70;

/** What was measured of one photograph in one width. */
type Sample = {
  readonly signet: MeasuredPicture;
  readonly next: MeasuredPicture;
  readonly ipx: MeasuredPicture;
  readonly sharpAvif: MeasuredPicture;
  readonly sharpWebp: MeasuredPicture;
  readonly sharpJpeg: MeasuredPicture;
  readonly imgproxy?: MeasuredPicture;
  readonly curve: readonly SizedScore[];
  /** CPU time of the encoders alone, as far as a service can be asked for it. */
  readonly encoding: { readonly signet: number; readonly alike: number; readonly ipx: number };
};

/** The pixels are given as a PNG of the answer's size, so that nearly all of the time is the encoder's. */
async function measureEncoding({ draw }: Measuring, { reference, width }: ScaledPhotograph) {
  const pixels = { source: reference, width };
  const signet = await draw('signet', pixels, { type: 'auto' });
  const ipx = await draw('ipx', pixels, { type: 'avif' });
  const alike = await draw('signet', pixels, { type: 'auto', quality: qualityLikeIpx });
  return { signet: signet.cpu, alike: alike.cpu, ipx: ipx.cpu };
}

async function measureSample(measuring: Measuring, scene: ScaledPhotograph): Promise<Sample> {
  const { measure } = measuring;
  const signet = await measure('signet', scene, { type: 'auto' });
  const next = await measure('next', scene, { type: 'auto' });
  const ipx = await measure('ipx', scene, { type: 'avif' });
  const sharpAvif = await measure('sharp', scene, { type: 'avif' });
  const sharpWebp = await measure('sharp', scene, { type: 'webp' });
  const sharpJpeg = await measure('sharp', scene, { type: 'jpg' });
  const imgproxy = measuring.services.includes('imgproxy')
    ? { imgproxy: await measure('imgproxy', scene, { type: 'auto' }) }
    : {};
  const encoding = await measureEncoding(measuring, scene);
  const curve: SizedScore[] = [signet];
  for (const quality of curveQualities)
    curve.push(await measure('signet', scene, { type: 'auto', quality }));
  return { signet, next, ipx, sharpAvif, sharpWebp, sharpJpeg, ...imgproxy, curve, encoding };
}

type Peer = 'next' | 'ipx' | 'sharpAvif' | 'sharpWebp' | 'sharpJpeg' | 'imgproxy';

type Figures = {
  readonly bytes: number;
  readonly score: number;
  readonly cpu: number;
  /** At the peer's score, of the pictures whose curve reaches it. */
  readonly bytesAtScore: number;
};

/** Medians of what our answers are beside those of a peer. */
function compareWith(samples: readonly Sample[], peer: Peer): Figures {
  const pairs = samples.flatMap(({ signet, curve, [peer]: theirs }) =>
    theirs === undefined ? [] : [{ signet, curve, theirs }],
  );
  const equal = pairs.flatMap(({ curve, theirs }) => {
    const bytes = bytesAtScore(curve, theirs.score);
    return bytes === undefined ? [] : [bytes / theirs.bytes];
  });
  return {
    bytes: median(pairs.map(({ signet, theirs }) => signet.bytes / theirs.bytes)),
    score: median(pairs.map(({ signet, theirs }) => signet.score - theirs.score)),
    cpu: median(pairs.map(({ signet, theirs }) => signet.cpu / theirs.cpu)),
    bytesAtScore: median(equal),
  };
}

const times = 'times';

const lowerDefault =
  'The default of ipx is a lower quality, so its files are smaller and look worse. Another row compares at its score.';
const slowerDefault =
  'The default of ipx is a lower quality, which takes an encoder less time. Another row compares at about its score.';
const efficiency =
  'At the same score, an AVIF of effort 3 has about two thirds of the bytes of a WebP. Effort 4, which ipx uses, has hardly fewer bytes and takes about five times as long.';

function nextRows(samples: readonly Sample[]): readonly Row[] {
  const beside = compareWith(samples, 'next');
  return [
    { what: "bytes beside next's default (WebP 75)", figure: beside.bytes, unit: times, goal: 1 },
    { what: "score above next's default", figure: beside.score, unit: 'points', least: 0 },
    {
      what: "bytes at next's score",
      figure: beside.bytesAtScore,
      unit: times,
      goal: 0.65,
      reason: efficiency,
    },
    { what: "CPU time beside next's default", figure: beside.cpu, unit: times },
  ];
}

function ipxRows(samples: readonly Sample[]): readonly Row[] {
  const beside = compareWith(samples, 'ipx');
  const encodingOf = (which: 'signet' | 'alike') =>
    median(samples.map(({ encoding }) => encoding[which] / encoding.ipx));
  return [
    {
      what: "bytes beside ipx's default AVIF",
      figure: beside.bytes,
      unit: times,
      goal: 1.1,
      reason: lowerDefault,
    },
    { what: "score above ipx's default AVIF", figure: beside.score, unit: 'points' },
    { what: "bytes at ipx's score", figure: beside.bytesAtScore, unit: times, goal: 1.1 },
    {
      what: "encoder's CPU time beside ipx's AVIF",
      figure: encodingOf('signet'),
      unit: times,
      goal: 0.25,
      reason: slowerDefault,
    },
    {
      what: `the same at our q ${qualityLikeIpx}`,
      figure: encodingOf('alike'),
      unit: times,
    },
    { what: "CPU time beside ipx's default AVIF", figure: beside.cpu, unit: times },
  ];
}

const otherDefaults = [
  ['sharpAvif', "bare sharp's default AVIF"],
  ['sharpWebp', "bare sharp's default WebP"],
  ['sharpJpeg', "bare sharp's default JPEG"],
  ['imgproxy', "imgproxy's default AVIF"],
] as const;

function otherRows(samples: readonly Sample[]): readonly Row[] {
  const measured = otherDefaults.filter(([peer]) => samples.some((one) => one[peer] !== undefined));
  return measured.flatMap(([peer, name]) => {
    const beside = compareWith(samples, peer);
    return [
      { what: `bytes beside ${name}`, figure: beside.bytes, unit: times },
      { what: `score above ${name}`, figure: beside.score, unit: 'points' },
      { what: `bytes at the score of ${name}`, figure: beside.bytesAtScore, unit: times },
      { what: `CPU time beside ${name}`, figure: beside.cpu, unit: times },
    ];
  });
}

function ownRows(samples: readonly Sample[], photographs: number): readonly Row[] {
  return [
    { what: 'photographs, each in three widths', figure: photographs, unit: '' },
    {
      what: 'score of the default answer',
      figure: median(samples.map(({ signet }) => signet.score)),
      unit: 'points',
    },
  ];
}

let metric = 'nothing';

async function measure(): Promise<readonly Row[]> {
  return withMeasuring(async (measuring) => {
    metric = measuring.metric;
    const samples: Sample[] = [];
    for (const source of measuring.photographs)
      for (const width of widths)
        samples.push(await measureSample(measuring, await measuring.sceneOf(source, width)));
    return [
      ...nextRows(samples),
      ...ipxRows(samples),
      ...otherRows(samples),
      ...ownRows(samples, measuring.photographs.length),
    ];
  });
}

/** What `f_auto` answers beside what other services answer. */
export const bytesTable: Table = {
  name: 'bytes',
  title: "f_auto's default answer beside other services",
  method: `Photographs of 0.3 to 16 MB, in widths of ${widths.join(', ')} pixels. Each service draws with its own defaults:
Signet's renderer with \`format,f_auto\` for a browser that takes AVIF, the image optimizer of Next.js, ipx with
\`f_avif\`, sharp, and imgproxy if it is installed. Every figure is the median of what was compared photograph by photograph. The score is measured
against the whole source, decoded in full and scaled once. Bytes at a peer's score are interpolated between our
qualities. The encoders' time is that of an answer whose source is a PNG of the answer's size. The optimizer and ipx are
called as functions, so requests cost nothing.`,
  measure,
  versions: () => ({ quality: metric, ...peerVersions() }),
};
