/** In these states the deployed functions match the template at every edge location. */
const settledStates: readonly (string | undefined)[] = [
  ...['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'IMPORT_COMPLETE'],
  // The distribution is updated; only unused resources are still being deleted.
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
];

/** Whether a status says that no deployment is in progress or stuck. */
export const isSettled = (status: string | undefined): boolean => settledStates.includes(status);

/** Why nothing new can be published while a deployment has not ended, and what to do. */
export const describeDeploying = (stack: string, status: string): string =>
  status.endsWith('_IN_PROGRESS')
    ? `stack ${stack} is in ${status}; publish again when its deployment has ended`
    : `stack ${stack} is in ${status}; npx signet doctor says how to end its deployment, then publish again`;

const firstDeployment = 'as docs/deploying.md says under "If the first deployment fails"';

/** What to do about a stack without outputs, by its status. CloudFormation writes them when the first deployment ends. */
export function adviseWithoutOutputs(status: string): string {
  if (status === 'REVIEW_IN_PROGRESS')
    return 'its first deployment was prepared and not executed; execute the change set, or deploy again';
  if (status.startsWith('DELETE_'))
    return 'it is being deleted, or its deletion failed; read its events';
  if (status === 'ROLLBACK_IN_PROGRESS')
    return `its first deployment failed; wait until it is rolled back, then delete it and deploy again, ${firstDeployment}`;
  if (status.endsWith('_IN_PROGRESS')) return 'wait until its deployment ends';
  return `its first deployment failed; delete it and deploy again, ${firstDeployment}`;
}
