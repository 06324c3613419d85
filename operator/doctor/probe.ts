import type { ServiceLine } from '../logs/service-line.ts';

/** The source of the unsigned URL that `doctor` requests. It is in the logs, and counts of them leave it out. */
export const probe = { tenant: 'signet-doctor', path: 'unsigned.jpg' } as const;

/** The path of that URL. */
export const probeUri = `/${probe.tenant}/${probe.path}`;

/** Whether `doctor` made the request. Anybody can request that URL, so only its refusal is meant. */
export const isProbeLine = ({ outcome, path, tenant }: ServiceLine): boolean =>
  outcome === 'forbidden' && tenant === probe.tenant && path === probe.path;
