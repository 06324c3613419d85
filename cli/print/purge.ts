import type { EngineTally } from '../../operator/purge/engine-walk.ts';
import type { EnginePurge } from '../../operator/purge/purge-engine.ts';
import { printCount, printNumber } from '../../operator/quantity.ts';

/** How far a purge of older engines is. */
export const printEngineTally = ({ examined, older, deleted }: Readonly<EngineTally>): string =>
  `looked at ${printCount(examined, 'derivative')}: ${printNumber(older)} older, ${printNumber(deleted)} deleted`;

/** The shortest time that deletions take, in minutes or less. */
function printDuration(seconds: number): string {
  return seconds < 90
    ? printCount(Math.ceil(seconds), 'second')
    : printCount(Math.ceil(seconds / 60), 'minute');
}

/** What a person is asked. `rate` is in deletions per second. */
export const printPurgeQuestion = (
  { examined, older }: Readonly<EngineTally>,
  rate: number,
): string =>
  `${printNumber(older)} of ${printCount(examined, 'derivative')} will be deleted, in at least ${printDuration(older / rate)}, and made again when they are viewed.`;

function printEnd({ complete, dryRun }: EnginePurge): string {
  if (!complete) return ' Stopped; run the command again to continue.';
  return dryRun ? ' Nothing was deleted.' : '';
}

/** The result of a purge of older engines. */
export function printEnginePurge(purged: EnginePurge): string {
  const { before, deleted, dryRun, examined, older, tenants } = purged;
  const looked = `${printCount(examined, 'derivative')} of ${printCount(tenants, 'tenant')}`;
  const what = dryRun
    ? `An engine before ${before} made ${printNumber(older)} of ${looked}.`
    : `Purged ${printNumber(deleted)} of ${looked}, made by an engine before ${before}.`;
  return `${what}${printEnd(purged)}`;
}
