import type { TrailDamage } from '../finding.ts';
import { repairCommand } from '../repair/find-trail-repair.ts';

/** The problem whose repair is printed. `stack` is the deployed stack that was checked. */
export type AdvisedProblem = {
  readonly tenant: string;
  readonly id: string | undefined;
  readonly stack: string | undefined;
};

/** The section with the commands for AWS. */
const page = 'docs/operating.md#repair-a-trail';

const targetOf = ({ stack }: AdvisedProblem): string =>
  stack === undefined ? '' : ` --target aws:${stack}`;

const isTrailKey = (key: string): boolean => key.startsWith('audit/');

/** Objects as AWS names them. */
const printObjects = (keys: readonly string[], { bucket }: TrailDamage): string =>
  keys.map((key) => `s3://${bucket ?? 'CONFIG_BUCKET'}/${key}`).join(', ');

/** How to accept what nothing can restore. */
const adviseToAccept = (about: AdvisedProblem): string =>
  `npx signet doctor --acknowledge ${about.id ?? 'ID'} --reason TEXT${targetOf(about)}`;

/** What has to be restored from a copy of the state folder, or from an older version of the object in S3. */
function adviseOnLoss(damage: TrailDamage, about: AdvisedProblem): readonly string[] {
  const { lost } = damage;
  if (lost.length === 0) return [];
  const restore =
    about.stack === undefined
      ? `restore ${lost.join(', ')} from a copy of the state folder: stop the stack, and run npx signet doctor ${about.tenant} --repair --from FOLDER`
      : `restore the earlier version of ${printObjects(lost, damage)}, as ${page} shows`;
  return [`${restore}; without one, accept the loss: ${adviseToAccept(about)}`];
}

/** What is repaired from the trail and the live policy themselves. */
function adviseOnSteps(damage: TrailDamage, about: AdvisedProblem): readonly string[] {
  const { steps } = damage;
  if (steps.length === 0) return [];
  const command = repairCommand(damage);
  if (command !== undefined) return [`${command}${targetOf(about)}`];
  if (about.stack === undefined)
    return [`stop the stack, and run npx signet doctor ${about.tenant} --repair`];
  const junk = steps.filter(({ kind, key }) => kind === 'set_aside' && isTrailKey(key));
  const keys = printObjects(
    junk.map(({ key }) => key),
    damage,
  );
  return [
    `delete the version of ${keys} that no publisher signed, as ${page} shows; then run doctor again`,
  ];
}

/** What to do about the damaged trail or policy of a tenant. */
export function adviseOnTrail(damage: TrailDamage, about: AdvisedProblem): string {
  const steps = adviseOnSteps(damage, about);
  const loss = adviseOnLoss(damage, about);
  // What is accepted is identified by all of its faults, so it is accepted when the others are gone.
  if (steps.length > 0 && loss.length > 0)
    return `${steps.join('')}; then run doctor again, which says what to do about ${damage.lost.join(', ')}`;
  const first = damage.areKeysDoubtful
    ? 'if doctor finds a problem of the secrets, correct that first; otherwise '
    : '';
  return steps.length + loss.length > 0
    ? `${first}${[...steps, ...loss].join('')}`
    : `nothing can repair what a publisher has signed; find out who did, then accept it: ${adviseToAccept(about)}`;
}
