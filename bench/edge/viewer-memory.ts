import { runViewer } from './viewer-process.ts';

/* The memory of viewer-request after many decisions over many tenants. */

/**
 * What the Node runtime of Lambda passes to V8 in a function of 128 MB: 90 % of it for old objects and
 * 5 % for each half of the young ones.
 */
const lambdaFlags = ['--max-old-space-size=115', '--max-semi-space-size=6'];

export type ViewerMemory = {
  /** Decisions that allowed the request. */
  readonly allowed: number;
  /** Resident bytes after the function has started, after all decisions, and at most. */
  readonly startedBytes: number;
  readonly bytes: number;
  readonly mostBytes: number;
};

/** Runs the bundled function in a process with Lambda's flags for 128 MB. */
export async function measureViewerMemory(
  tenants: number,
  decisions: number,
): Promise<ViewerMemory> {
  const driver = new URL('./viewer-driver.mjs', import.meta.url);
  return (await runViewer({ driver, tenants, decisions, nodeFlags: lambdaFlags })) as ViewerMemory;
}
