/** What deleting a tenant does, for the person who is asked. */
export const removalWarning = (tenant: string): string =>
  `Every URL of ${tenant} will be refused within a minute. This cannot be undone: a new tenant with this name gets new keys.`;
