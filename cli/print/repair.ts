import {
  isRepairable,
  type RepairPlan,
  type StateRepair,
} from '../../operator/doctor/repair/repair-state.ts';
import type { RepairStep, TrailRepair } from '../../operator/doctor/repair/trail-repair.ts';
import { printCount } from '../../operator/quantity.ts';
import { escapeForTerminal } from '../../shared/terminal.ts';

const origins = {
  trail: 'from the trail',
  live: 'from the live policy',
  backup: 'from the copy',
} as const;

const printStep = (step: RepairStep): string =>
  step.kind === 'write'
    ? `  write ${step.key}: version ${step.version}, ${origins[step.from]}`
    : `  set aside ${step.key}: ${escapeForTerminal(step.why)}`;

/** Every change of a plan, one per line. */
const printSteps = ({ secrets, tenants }: RepairPlan): readonly string[] => [
  ...secrets.map(({ id }) => `  write the secret ${id}: from the copy`),
  ...tenants.flatMap(({ steps }) => steps.map(printStep)),
];

/** What a repair would do, for the person who is asked. */
export const printRepairPlan = (plan: RepairPlan): string =>
  ['The repair changes this:', ...printSteps(plan), 'Nothing is deleted or signed.'].join('\n');

/** What the repair leaves, because nothing that is stored restores it. */
function printLost({ lostSecrets, tenants }: RepairPlan): readonly string[] {
  const lost = tenants.flatMap((one) => one.lost);
  return [
    ...lostSecrets.map((id) => `The secret ${id} is lost.`),
    ...(lost.length === 0 ? [] : [`Not restored: ${lost.join(', ')}.`]),
    ...(lost.length + lostSecrets.length === 0
      ? []
      : [
          'Restore them from a copy of the state folder: npx signet doctor --repair --from FOLDER. Without one, npx signet doctor prints how to accept the loss of a version.',
        ]),
  ];
}

const countSteps = ({ secrets, tenants }: RepairPlan): number =>
  tenants.reduce((sum, { steps }) => sum + steps.length, secrets.length);

/** What a repair has done. */
export function printRepair(repair: StateRepair): string {
  const { movedFiles, quarantine } = repair;
  const done = isRepairable(repair)
    ? [
        ...printSteps(repair),
        `${printCount(countSteps(repair), 'change')} made. Start the stack, and run npx signet doctor.`,
      ]
    : ['Nothing to repair.'];
  return [
    ...movedFiles.map((file) => `A file that nothing can read was moved to ${file}`),
    ...done,
    ...(quarantine === undefined
      ? []
      : [`What was set aside is in the config bucket below ${quarantine}`]),
    ...printLost(repair),
  ].join('\n');
}

const tenantJson = ({ tenant, steps, lost, last }: TrailRepair): object => ({
  ...{ tenant, lost, last: last ?? null },
  steps: steps.map((step) =>
    step.kind === 'write'
      ? { kind: step.kind, key: step.key, version: step.version, from: step.from }
      : step,
  ),
});

/** The same as JSON. */
export const repairJson = (repair: StateRepair): object => ({
  changes: countSteps(repair),
  quarantine: repair.quarantine ?? null,
  secrets: repair.secrets.map(({ id }) => id),
  lostSecrets: repair.lostSecrets,
  movedFiles: repair.movedFiles,
  tenants: repair.tenants.map(tenantJson),
});

/** Whether something is left that the repair could not restore. */
export const isIncomplete = ({ lostSecrets, tenants }: RepairPlan): boolean =>
  lostSecrets.length > 0 || tenants.some(({ lost }) => lost.length > 0);
