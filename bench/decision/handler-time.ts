import type { EdgeConfig } from '../../edge/config.ts';
import { runViewer } from '../edge/viewer-process.ts';

/** CPU time of each batch, in microseconds for one. */
export type HandlerTimes = {
  readonly hmac: readonly number[];
  readonly handler: readonly number[];
};

/** Measures the whole handler of viewer-request with views of one tenant, with these lines left out. */
export async function measureHandler(
  batches: number,
  sampling: EdgeConfig['sampling'],
): Promise<HandlerTimes> {
  const driver = new URL('./handler-driver.mjs', import.meta.url);
  const decisions = batches * 400;
  const run = { driver, tenants: 1, decisions, sampling, arguments: [String(batches)] };
  const { allowed, times } = (await runViewer(run)) as {
    readonly allowed: number;
    readonly times: HandlerTimes;
  };
  if (allowed !== decisions) throw new Error(`${decisions - allowed} requests were refused`);
  return times;
}
