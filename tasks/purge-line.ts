/**
 * The line of the log that says how many paths of a tenant CloudFront had to invalidate. AWS bills each of them. `now` in
 * milliseconds.
 */
export function printInvalidationLine(tenant: string, invalidations: number, now: number): string {
  const time = new Date(now).toISOString();
  const line = { time, function: 'purge', level: 'info', outcome: 'invalidated' };
  return JSON.stringify({ ...line, tenant, invalidations });
}
