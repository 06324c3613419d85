import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startLineProcess } from '../line-process.ts';
import { fetchWheels, type Wheel } from '../packages/fetch-package.ts';
import { compareStructure, type Plane } from './ssim.ts';

/** Says how much a picture looks like its reference. */
export type Scorer = {
  /** The measure and its version, for the page. */
  readonly name: string;
  /** 100 for a picture that is the same, less for one that looks worse. */
  readonly score: (reference: string, picture: string) => Promise<number>;
  readonly stop: () => void;
};

const [metric, ...neededWheels] = [
  { name: 'ssimulacra2', version: '0.3.0' },
  { name: 'Pillow', version: '13.0.0' },
  { name: 'numpy', version: '2.3.5' },
  { name: 'scipy', version: '1.16.3' },
] as const satisfies readonly [Wheel, ...Wheel[]];

const program = fileURLToPath(new URL('./score-pictures.py', import.meta.url));

/** Starts ssimulacra2 of PyPI, downloaded by pip. Throws what pip says. */
function startSsimulacra2(): Scorer {
  const folder = fetchWheels([metric, ...neededWheels]);
  const environment = { PYTHONPATH: folder, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const { ask, stop } = startLineProcess('python3', [program], environment);
  const score = async (reference: string, picture: string) =>
    ((await ask([reference, picture])) as { readonly score: number }).score;
  return { name: `${metric.name} ${metric.version}`, score, stop };
}

/** Writes the brightness of a picture, a byte for each pixel behind eight with its width and height. */
export type DecodeBrightness = (picture: string, out: string) => Promise<unknown>;

function readPlane(file: string): Plane {
  const bytes = readFileSync(file);
  return {
    width: bytes.readUInt32LE(0),
    height: bytes.readUInt32LE(4),
    samples: bytes.subarray(8),
  };
}

/** SSIM of the brightness, which needs nothing but a decoder. */
function startSsim(decode: DecodeBrightness, scratch: string): Scorer {
  const planeOf = async (picture: string, name: string): Promise<Plane> => {
    const out = `${scratch}/${name}.plane`;
    await decode(picture, out);
    return readPlane(out);
  };
  const score = async (reference: string, picture: string) =>
    100 * compareStructure(await planeOf(reference, 'one'), await planeOf(picture, 'other'));
  return { name: 'SSIM of the brightness', score, stop: () => undefined };
}

/** Starts ssimulacra2, or SSIM where it does not install. Scratch files go to a folder. */
export function startScorer(decode: DecodeBrightness, scratch: string): Scorer {
  try {
    return startSsimulacra2();
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : '';
    process.stderr.write(`bench: ssimulacra2 does not install (${reason}); SSIM is used instead\n`);
    return startSsim(decode, scratch);
  }
}
