import { usageFailure } from '../failure.ts';

/** The stack that `--target` or SIGNET_TARGET names; undefined for the local one. Throws `usage`. */
export function parseStackName(named: string | undefined): string | undefined {
  const name = named ?? (process.env['SIGNET_TARGET'] || 'local');
  if (name === 'local') return undefined;
  const [, stack] = /^aws:([A-Za-z][A-Za-z0-9-]{0,127})$/.exec(name) ?? [];
  if (stack === undefined) throw usageFailure(`--target is "${name}"; write local or aws:STACK`);
  return stack;
}
