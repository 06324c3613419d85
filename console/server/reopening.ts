import { parseStackName } from '../../operator/target/stack-name.ts';
import { type OpenInstallation, openInstallation } from '../../operator/target/target.ts';

/** How long an installation is used before it is opened again, in milliseconds. */
const usedMs = {
  /** A stack that was started again has other ports. */
  local: 2_000,
  /** Opening one asks CloudFormation. Its outputs change with a deployment. */
  deployed: 60_000,
};

/** Opens the target, and again after a while. A failure is not kept, so credentials that were renewed count at once. */
export function reopening(
  target: string,
  open: (target: string) => ReturnType<OpenInstallation> = openInstallation,
  clock: () => number = Date.now,
): OpenInstallation {
  const lasting = parseStackName(target) === undefined ? usedMs.local : usedMs.deployed;
  let opened:
    | { readonly at: number; readonly installation: ReturnType<OpenInstallation> }
    | undefined;
  return () => {
    if (opened !== undefined && clock() - opened.at < lasting) return opened.installation;
    const installation = open(target);
    const now = { at: clock(), installation };
    opened = now;
    installation.catch(() => {
      if (opened === now) opened = undefined;
    });
    return installation;
  };
}
