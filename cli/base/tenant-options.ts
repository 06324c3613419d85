import type { Command } from 'commander';
import type { TenantSelection } from '../../operator/tenants/selection.ts';

/** The option of commands that act on several tenants. */
export type AllOption = { readonly all?: true };

/** The option of commands that change several tenants. */
export type SkipOption = { readonly skip?: boolean };

/** Adds `--skip`. */
export const addSkipOption = (command: Command): Command =>
  command.option('--skip', 'change the other tenants if some cannot be changed; exits with 1 then');

/** What operands of such a command can be, for its description. */
export const tenantOperands =
  'Name tenants, or files and folders with their policies (policies/), or use --all';

/** Adds `--all`. */
export const addAllOption = (command: Command): Command =>
  command.option('--all', 'every tenant of the installation');

/** The tenants that the operands and `--all` name. */
export const readSelection = (
  operands: readonly string[],
  { all = false }: { readonly all?: boolean },
): TenantSelection => ({ operands, all });
