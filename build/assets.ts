import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundle, drawingProcess, type FunctionConfigs, root } from './functions.ts';
import { sharpFiles } from './sharp-packages.ts';
import { zipOf } from './zip.ts';

/** The absolute paths of the zip files that the stack deploys. */
export type Assets = {
  readonly viewerRequest: string;
  readonly originResponse: string;
  readonly purge: string;
  readonly secrets: string;
};

/** One row of `deployedFunctions`. */
export type DeployedFunction = {
  /** The source file of the function: a path relative to the checkout, or an absolute path. */
  readonly entry: string;
  readonly zip: string;
  /** The zip must be smaller. */
  readonly zippedBytes: number;
  /** All files of the zip together must be smaller. */
  readonly unzippedBytes: number;
};

/** The limit of every function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const unzipped = 250_000_000;

/**
 * One row per function. Lambda@Edge allows 1 MB in viewer events and 50 MB in origin events:
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
 * The tasks could be larger, but they contain only code and SDK clients, so more would be a mistake.
 */
export const deployedFunctions: { readonly [Name in keyof Assets]: DeployedFunction } = {
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

/** Throws if a function is as large as its limit or larger. The message says how to reduce it. */
export function checkSize(
  { entry, zip, zippedBytes, unzippedBytes }: DeployedFunction,
  size: { readonly zipped: number; readonly unzipped: number },
): void {
  if (size.zipped < zippedBytes && size.unzipped < unzippedBytes) return;
  const excess =
    size.zipped < zippedBytes
      ? `${size.unzipped} bytes unzipped, but must have fewer than ${unzippedBytes}`
      : `${size.zipped} bytes, but must have fewer than ${zippedBytes}`;
  throw new Error(
    `${zip} has ${excess}; import less in ${entry}. To list its contents, run: npx esbuild ` +
      `${entry} --bundle --platform=node --format=esm --external:sharp --outfile=/dev/null --analyze`,
  );
}

type Contents = {
  readonly config?: object;
  /** The files next to `index.mjs`. */
  readonly others?: ReadonlyMap<string, Uint8Array>;
};

async function buildAsset(
  folder: string,
  deployedFunction: DeployedFunction,
  { config, others = new Map() }: Contents = {},
): Promise<string> {
  const code = await bundle(deployedFunction.entry, config);
  const files = new Map([['index.mjs', code], ...others]);
  const zip = zipOf(files);
  const unzipped = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  checkSize(deployedFunction, { zipped: zip.length, unzipped });
  const file = path.resolve(folder, deployedFunction.zip);
  await writeFile(file, zip);
  return file;
}

/**
 * Builds the zip of each function into a folder, without Docker. Each zip contains `index.mjs` with its
 * `handler`. The zip of the function that renders also contains the process that draws, and sharp and its
 * packages for Linux x64, on any build machine (`sharpFiles` describes when that needs a network). The same checkout and
 * configurations always give the same bytes. Throws for a zip that is too large for Lambda.
 */
export async function buildAssets(
  folder: string,
  configs: FunctionConfigs,
  functions: typeof deployedFunctions = deployedFunctions,
): Promise<Assets> {
  await mkdir(folder, { recursive: true });
  const viewerRequest = await buildAsset(folder, functions.viewerRequest, {
    config: configs.viewerRequest,
  });
  const purge = await buildAsset(folder, functions.purge, { config: configs.purge });
  const secrets = await buildAsset(folder, functions.secrets);
  const draw = await bundle(drawingProcess.entry);
  // Last, because it takes the longest and one of the others may fail.
  const originResponse = await buildAsset(folder, functions.originResponse, {
    config: configs.originResponse,
    others: new Map([[drawingProcess.file, draw], ...(await sharpFiles(root))]),
  });
  return { viewerRequest, originResponse, purge, secrets };
}
