import type { StartProgress } from '../../operator/progress.ts';
import { printCount } from '../../operator/quantity.ts';
import type { FleetControl } from '../../operator/tenants/outcomes.ts';
import { runInterruptibly } from '../base/interruption.ts';
import type { SkipOption } from '../base/tenant-options.ts';
import { countedProgress, hasBar, noProgress } from './counted.ts';
import { writeProgress } from './lines.ts';

/** Shows the work on tenants on stderr: a bar in a terminal, and lines elsewhere. */
export const tenantProgress =
  (json: boolean): StartProgress =>
  (total) =>
    (total ?? 0) < 2 && hasBar(json)
      ? noProgress
      : countedProgress(total ?? 0, json, (count) => printCount(count, 'tenant'));

/** Runs a change of tenants, which Ctrl-C stops after the tenants in progress. */
export const changeTenants = <T>(
  { json = false, skip = false }: { readonly json?: boolean } & SkipOption,
  work: (control: FleetControl) => Promise<T>,
): Promise<T> =>
  runInterruptibly(
    (signal) => work({ startProgress: tenantProgress(json), signal, skipsRefused: skip }),
    () => writeProgress('stopping after the tenants in progress', json),
  );
