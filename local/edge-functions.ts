import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { type BundledFunctions, bundleFunctions } from '../build/functions.ts';
import {
  type LocalInstance,
  localAccess,
  localBuckets,
  localHosts,
} from '../shared/deployment/local-endpoints.ts';
import { keyFreshness } from '../shared/keys/store.ts';
import { policyFreshness } from '../shared/versions/cache.ts';
import type { EdgeFunction } from './cloudfront/server.ts';
import type { Role, Roles } from './roles.ts';

/** A policy that is published on this machine is live at once: every request asks S3 for a change. */
const alwaysAsk = { ...policyFreshness, fresh: 0, wait: 0 };

function engine(): string {
  const file = new URL('../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return `signet ${version}`;
}

function configFor(role: Role, instance: LocalInstance, roles: Roles) {
  const { accessKeyId, secretAccessKey } = roles[role];
  const credentials = { accessKeyId, secretAccessKey };
  return {
    s3: { ...localAccess(instance, 's3'), credentials },
    secretsManager: { ...localAccess(instance, 'secretsManager'), credentials },
    buckets: localBuckets,
    policyFreshness: alwaysAsk,
    keyFreshness,
    hosts: localHosts,
    // Whoever looks for a refusal here wants to find it.
    logOneIn: 1,
    engine: engine(),
  };
}

/** Bundles the functions as they would be deployed, each with the credentials of its own role. */
export function bundleLocalFunctions(
  folder: string,
  instance: LocalInstance,
  roles: Roles,
): Promise<BundledFunctions> {
  return bundleFunctions(folder, {
    viewerRequest: configFor('viewerRequest', instance, roles),
    originResponse: configFor('originResponse', instance, roles),
  });
}

/**
 * The limits that Lambda@Edge sets: 128 MB, 5 s and 40 KB for a viewer trigger; 30 s and 1 MB for
 * an origin trigger, whose memory is ours to choose.
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
    workers: Math.max(2, Math.min(8, availableParallelism())),
  };
  return {
    viewerRequest: { file: viewerRequest, ...viewer },
    originResponse: { file: originResponse, ...origin },
  };
}
