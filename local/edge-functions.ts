import { readFileSync } from 'node:fs';
import { type BundledFunctions, bundleFunctions } from '../build/functions.ts';
import { metricsNamespace } from '../shared/deployment/edge-logs.ts';
import {
  type LocalInstance,
  localAccess,
  localBuckets,
  localHosts,
} from '../shared/deployment/local-endpoints.ts';
import { keyFreshness, usualSecretsPrefix } from '../shared/keys/store.ts';
import { policyFreshness } from '../shared/versions/cache.ts';
import type { EdgeFunction } from './cloudfront/server.ts';
import type { Role, Roles } from './roles.ts';
import type { LocalSettings } from './settings.ts';

function engineName(): string {
  const file = new URL('../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return `signet ${version}`;
}

function configFor(
  role: Role,
  instance: LocalInstance,
  roles: Roles,
  { corsOrigins = [], disabledFormats = [], sources = {} }: LocalSettings,
) {
  const { accessKeyId, secretAccessKey } = roles[role];
  const credentials = { accessKeyId, secretAccessKey };
  return {
    s3: { ...localAccess(instance, 's3'), credentials },
    secretsManager: { ...localAccess(instance, 'secretsManager'), credentials },
    secretsPrefix: usualSecretsPrefix,
    metrics: metricsNamespace(usualSecretsPrefix),
    buckets: localBuckets,
    sources: role === 'originResponse' ? sources : {},
    disabledFormats,
    policyFreshness,
    keyFreshness,
    hosts: localHosts,
    corsOrigins,
    // No sampling: locally, every refusal should be in the log.
    sampling: { allowedOneIn: 1, unverifiedOneIn: 1, refusedOneIn: 1 },
    engine: engineName(),
  };
}

/**
 * Writes the functions as for a deployment, each with the credentials of its role. `prebuilt` is a folder
 * with their code; without it they are bundled.
 */
export function bundleLocalFunctions(
  folder: string,
  instance: LocalInstance,
  roles: Roles,
  settings: LocalSettings,
): Promise<BundledFunctions> {
  const configs = {
    viewerRequest: configFor('viewerRequest', instance, roles, settings),
    originResponse: configFor('originResponse', instance, roles, settings),
  };
  return bundleFunctions(folder, configs, settings.prebuilt);
}

/**
 * Lambda starts a container for every concurrent event. With too few, costly pictures of one tenant would make all
 * others wait. Each container and its drawing process take about 200 MB, and only as many start as are needed.
 */
const originContainers = 8;

/**
 * The functions with the limits of Lambda@Edge: 128 MB, 5 s and 40 KB for a viewer trigger; 30 s and
 * 1 MB for an origin trigger, whose memory can be chosen.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/edge-functions-restrictions.html
 */
export function edgeFunctions({ viewerRequest, originResponse }: BundledFunctions): {
  readonly viewerRequest: EdgeFunction;
  readonly originResponse: EdgeFunction;
} {
  const viewer = { memoryMb: 128, timeoutMs: 5_000, maxBodyBytes: 40_960, workers: 2 };
  const origin = {
    memoryMb: 1_536,
    timeoutMs: 30_000,
    maxBodyBytes: 1_048_576,
    workers: originContainers,
  };
  return {
    viewerRequest: { file: viewerRequest, ...viewer },
    originResponse: { file: originResponse, ...origin },
  };
}
