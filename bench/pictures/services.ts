import { fileURLToPath } from 'node:url';
import { startLineProcess } from '../line-process.ts';
import { findImgproxy, startImgproxy } from '../peers/imgproxy.ts';
import { installPeers, versionOfPeer } from '../peers/install.ts';
import type { DrawnPicture, PictureJob } from './answer-jobs.ts';

/** A service that draws pictures, in a process of its own. */
export type PictureService = {
  readonly draw: (job: PictureJob) => Promise<DrawnPicture>;
  readonly stop: () => void;
};

const programs = {
  signet: './signet-process.ts',
  next: '../peers/next.mjs',
  ipx: '../peers/ipx.mjs',
  sharp: '../peers/sharp.mjs',
} as const;
export type ServiceName = keyof typeof programs;

function startService(name: ServiceName): PictureService {
  const program = fileURLToPath(new URL(programs[name], import.meta.url));
  const { ask, stop } = startLineProcess(process.execPath, ['--import', 'tsx', program]);
  return { draw: async (job) => (await ask(job)) as DrawnPicture, stop };
}

/** Signet and its peers. imgproxy is there only where it is installed. */
export type Services = Readonly<Record<ServiceName, PictureService>> & {
  readonly imgproxy?: PictureService;
};

/** Starts Signet's renderer and its peers, does the work, and stops them. Throws a `BenchFailure` without the peers. */
export async function withServices<T>(work: (services: Services) => Promise<T>): Promise<T> {
  installPeers();
  const services: Services = {
    signet: startService('signet'),
    next: startService('next'),
    ipx: startService('ipx'),
    sharp: startService('sharp'),
    ...(findImgproxy() === undefined ? {} : { imgproxy: await startImgproxy() }),
  };
  try {
    return await work(services);
  } finally {
    for (const { stop } of Object.values(services)) stop();
  }
}

/** The versions of the peers. */
export const peerVersions = (): Readonly<Record<string, string>> => ({
  next: versionOfPeer('next'),
  ipx: `${versionOfPeer('ipx')} (with sharp ${versionOfPeer('ipx/node_modules/sharp')})`,
  'bare sharp': versionOfPeer('sharp'),
  imgproxy: findImgproxy() ?? '(not on the PATH, so not measured)',
});
