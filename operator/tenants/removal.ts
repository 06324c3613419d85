/** What deleting a tenant does, for the person who is asked. */
export const removalWarning = (tenant: string): string =>
  `Every URL of ${tenant} will be refused within a minute. Its signing keys never return: npx signet policy rollback ${tenant} brings its policy back with a new key.`;
