import { spawnSync } from 'node:child_process';

export type NotRunOptions = {
  /** The command that would bring what is missing. */
  readonly install?: string;
  /** It is not installed for the tests, so it may be missing even in CI. */
  readonly optional?: boolean;
};

/**
 * Whether tests are left out since something is not on this machine: then it is said, never passed over
 * in silence. With SIGNET_RUN_ALL what is missing is a failure; `.ci/run` sets it once it has installed
 * all of it.
 */
export function notRun(
  what: string,
  missing: readonly string[],
  { install, optional = false }: NotRunOptions = {},
): boolean {
  if (missing.length === 0 || (process.env['SIGNET_RUN_ALL'] && !optional)) return false;
  const hint = install === undefined ? '' : `; install it with: ${install}`;
  console.warn(`NOT RUN: ${what}, for ${missing.join(', ')} is not on this machine${hint}`);
  return true;
}

/** Those of some programs that are not here. */
export const missingPrograms = (programs: readonly string[]): readonly string[] =>
  programs.filter((program) => spawnSync(program, ['--version']).error !== undefined);
