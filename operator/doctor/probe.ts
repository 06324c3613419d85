/** The source of the unsigned URL that `doctor` requests. It is in the logs, and `stats` leaves it out. */
export const probe = { tenant: 'signet-doctor', path: 'unsigned.jpg' } as const;

/** The path of that URL. */
export const probeUri = `/${probe.tenant}/${probe.path}`;
