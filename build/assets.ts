import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { EdgeConfig } from '../edge/config.ts';
import { bundle, type EdgeConfigs, root } from './functions.ts';
import { sharpFiles } from './sharp-packages.ts';
import { zipOf } from './zip.ts';

/** The zip files that the stack deploys, by their absolute paths. */
export type Assets = {
  readonly viewerRequest: string;
  readonly originResponse: string;
  readonly purge: string;
  readonly secrets: string;
};

export type DeployedFunction = {
  /** What it begins with: a path below the checkout, or an absolute one. */
  readonly entry: string;
  readonly zip: string;
  /** Both sizes have to stay below. */
  readonly zippedBytes: number;
  readonly unzippedBytes: number;
};

/** What any function may have: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const unzipped = 250_000_000;

/**
 * One row for each function. Lambda@Edge takes 1 MB at the viewer's side and 50 MB at the origin's:
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
 * The tasks may be larger, but they are code and SDK clients alone: more would be a mistake.
 */
export const deployed: { readonly [Name in keyof Assets]: DeployedFunction } = {
  viewerRequest: {
    entry: 'edge/viewer-request.ts',
    zip: 'viewer-request.zip',
    zippedBytes: 1_000_000,
    unzippedBytes: unzipped,
  },
  originResponse: {
    entry: 'edge/origin-response.ts',
    zip: 'origin-response.zip',
    zippedBytes: 50_000_000,
    unzippedBytes: unzipped,
  },
  purge: {
    entry: 'tasks/purge.ts',
    zip: 'purge.zip',
    zippedBytes: 1_000_000,
    unzippedBytes: unzipped,
  },
  secrets: {
    entry: 'tasks/secrets.ts',
    zip: 'secrets.zip',
    zippedBytes: 1_000_000,
    unzippedBytes: unzipped,
  },
};

/** Throws for a function that has as many bytes as its limit, or more, and says what to do. */
export function checkSize(
  { entry, zip, zippedBytes, unzippedBytes }: DeployedFunction,
  size: { readonly zipped: number; readonly unzipped: number },
): void {
  if (size.zipped < zippedBytes && size.unzipped < unzippedBytes) return;
  const excess =
    size.zipped < zippedBytes
      ? `${size.unzipped} bytes unzipped, and has to have fewer than ${unzippedBytes}`
      : `${size.zipped} bytes, and has to have fewer than ${zippedBytes}`;
  throw new Error(
    `${zip} has ${excess}; import less in ${entry}. To see what is in it, run: npx esbuild ` +
      `${entry} --bundle --platform=node --format=esm --external:sharp --outfile=/dev/null --analyze`,
  );
}

type Contents = {
  readonly config?: EdgeConfig;
  readonly packages?: ReadonlyMap<string, Uint8Array>;
};

async function buildAsset(
  folder: string,
  deployedFunction: DeployedFunction,
  { config, packages = new Map() }: Contents = {},
): Promise<string> {
  const code = await bundle(deployedFunction.entry, config);
  const files = new Map([['index.mjs', code], ...packages]);
  const zip = zipOf(files);
  const unzipped = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  checkSize(deployedFunction, { zipped: zip.length, unzipped });
  const file = path.resolve(folder, deployedFunction.zip);
  await writeFile(file, zip);
  return file;
}

/**
 * Builds what is deployed into a folder, without Docker: a zip for each function, with `index.mjs`
 * and its `handler` in it; for the one that renders, sharp and its packages for Linux x64 as well,
 * whatever machine builds (`sharpFiles` says when that takes a network). The same checkout and the
 * same configurations give the same bytes. Throws for a zip that Lambda would not take.
 */
export async function buildAssets(
  folder: string,
  configs: EdgeConfigs,
  functions: typeof deployed = deployed,
): Promise<Assets> {
  await mkdir(folder, { recursive: true });
  const viewerRequest = await buildAsset(folder, functions.viewerRequest, {
    config: configs.viewerRequest,
  });
  const purge = await buildAsset(folder, functions.purge);
  const secrets = await buildAsset(folder, functions.secrets);
  // Last, because it takes the longest, and one of the others may be refused.
  const originResponse = await buildAsset(folder, functions.originResponse, {
    config: configs.originResponse,
    packages: await sharpFiles(root),
  });
  return { viewerRequest, originResponse, purge, secrets };
}
