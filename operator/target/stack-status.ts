/** In these states the deployed functions match the template at every edge location. */
const settledStates: readonly (string | undefined)[] = [
  ...['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE'],
  // The distribution is updated; only unused resources are still being deleted.
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
];

/** Whether a status says that no deployment is in progress or stuck. */
export const isSettled = (status: string | undefined): boolean => settledStates.includes(status);
