import { usageFailure } from '../../operator/failure.ts';
import {
  askToRetire,
  askToRetireRoot,
  askToRotate,
  printAddedRoot,
  printRetirement,
  printRotation,
} from '../../operator/keys/key-texts.ts';
import {
  type PlannedRetirement,
  type RetireRequest,
  retireKids,
  retireRoot,
} from '../../operator/keys/retirement.ts';
import { rotateRoot, rotateTenantKeys } from '../../operator/keys/rotation.ts';
import { printCommand } from '../../operator/shell-command.ts';
import type { OpenInstallation } from '../../operator/target/target.ts';
import { resultsOf } from '../../operator/tenants/outcomes.ts';
import { isPath, onlyTenant } from '../../operator/tenants/selection.ts';
import { isKid } from '../../shared/url/signature.ts';
import { confirm } from '../base/confirm.ts';
import {
  type AllOption,
  addAllOption,
  addSkipOption,
  readSelection,
  type SkipOption,
  tenantOperands,
} from '../base/tenant-options.ts';
import { type CommonOptions, command, type Result, runCommand } from '../command.ts';
import { printRetirements, printRotations } from '../print/keys.ts';
import { changeResult } from '../print/outcomes.ts';
import { changeTenants } from '../progress/fleet.ts';

type Options = CommonOptions &
  AllOption &
  SkipOption & { readonly yes?: true; readonly kid?: string };

async function rotateKeys(
  open: OpenInstallation,
  operands: readonly string[],
  options: Options,
): Promise<Result> {
  const tenants = readSelection(operands, options);
  const ask = (names: readonly string[], newerRoot: string | null) =>
    confirm(askToRotate(names, newerRoot), options.yes === true);
  const request = { tenants, reason: options.reason };
  const outcomes = await changeTenants(options, (control) =>
    rotateTenantKeys(open, request, ask, control),
  );
  const [one] = resultsOf(outcomes);
  if (one !== undefined && onlyTenant(tenants) !== undefined)
    return { text: printRotation(one), json: one };
  return changeResult(outcomes, {
    verb: 'rotated',
    text: printRotations,
    goOn: (left) => printCommand('keys rotate', left, options),
  });
}

async function rotate(operands: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    if (operands.length > 0 || options.all) return rotateKeys(open, operands, options);
    const added = await rotateRoot(open);
    return { text: printAddedRoot(added), json: added };
  });
}

async function retireIn(
  open: OpenInstallation,
  request: RetireRequest,
  options: Options,
): Promise<Result> {
  const { tenants, kid } = request;
  const ask = (plans: readonly PlannedRetirement[]) =>
    confirm(askToRetire(request, plans), options.yes === true);
  const outcomes = await changeTenants(options, (control) =>
    retireKids(open, request, ask, control),
  );
  const [one] = resultsOf(outcomes);
  if (one !== undefined && onlyTenant(tenants) !== undefined)
    return {
      text: printRetirement(one),
      json: { ...one, retired: isKid(kid) ? kid : one.retired },
    };
  return changeResult(outcomes, {
    verb: 'changed',
    text: printRetirements,
    goOn: (left) => printCommand('keys retire', left, { ...options, kid }),
  });
}

/** Reads `TENANT KID`, tenants with `--kid`, or the name of a root key. */
function readRetirement(
  operands: readonly string[],
  options: Options,
): RetireRequest | { readonly root: string } {
  const { reason } = options;
  const [first = '', second] = operands;
  if (options.kid !== undefined)
    return { tenants: readSelection(operands, options), kid: options.kid, reason };
  if (options.all || operands.length > 2 || isPath(first))
    throw usageFailure('several tenants need --kid: a kid such as r1.1, or a root key such as r1');
  if (first === '') throw usageFailure('name a tenant and a kid, or a root key');
  if (second === undefined) return { root: first };
  return { tenants: readSelection([first], {}), kid: second, reason };
}

async function retire(operands: readonly string[], options: Options): Promise<void> {
  await runCommand(options, async (open) => {
    const asked = readRetirement(operands, options);
    if ('kid' in asked) return retireIn(open, asked, options);
    const { root } = asked;
    const json = await retireRoot(open, root, () =>
      confirm(askToRetireRoot(root), options.yes === true),
    );
    return { text: `Retired root key ${root}`, json };
  });
}

export const rotateCommand = addSkipOption(
  addAllOption(
    command(
      'rotate [tenants...]',
      `Sign with a new key; URLs signed before stay valid. Without a tenant, add a root key. ${tenantOperands}. Several tenants are checked first, and you are asked`,
    ),
  ),
)
  .option('--reason <text>', 'the reason, recorded in the audit trail')
  .option('--yes', 'do not ask for confirmation')
  .action(rotate);

export const retireCommand = addSkipOption(
  addAllOption(
    command(
      'retire [names...]',
      'Refuse every URL signed with a kid: keys retire TENANT KID. With one name, delete that root key: keys retire r1. Several tenants, or files and folders with their policies, take --kid; tenants that do not accept it stay as they are',
    ),
  ),
)
  .option('--kid <kid>', 'the kid, such as r1.1, or a root key for all of its kids, such as r1')
  .option('--reason <text>', 'the reason, recorded in the audit trail')
  .option('--yes', 'do not ask for confirmation')
  .action(retire);
