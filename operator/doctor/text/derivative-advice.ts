import { escapeForTerminal } from '../../../shared/terminal.ts';
import { isTenant } from '../../../shared/url/path.ts';
import { printCount } from '../../quantity.ts';
import { printCommand } from '../../shell-command.ts';
import type { WrongFolder } from '../deep/derivative-walk.ts';

/** How many wrong derivatives are named in a sentence. */
const named = 3;

/** More sources than that are purged together. */
const mostPurged = 5;

/** The wrong derivatives of a folder, with some of them. */
export function describeWrongDerivatives({ count, examples }: WrongFolder): string {
  const some = examples.slice(0, named).map(({ key, why }) => `${escapeForTerminal(key)}: ${why}`);
  const others = count > some.length ? '; …' : '';
  const verb = count === 1 ? 'does' : 'do';
  return `${printCount(count, 'derivative')} ${verb} not match the key (${some.join('; ')}${others})`;
}

/** The commands that delete them. They are made again when they are viewed. */
export function adviseOnDerivatives(
  { tenant, count, examples, isLive }: WrongFolder,
  target: { readonly target?: string },
): string {
  if (!isTenant(tenant))
    return `delete what is below ${escapeForTerminal(tenant)}/ of the derivatives bucket with a client of S3`;
  const sources = [...new Set(examples.map(({ source }) => source))];
  const isWhole = !isLive || count > examples.length || sources.length > mostPurged;
  const scopes = isWhole || sources.includes(undefined) ? ['*'] : sources;
  return scopes
    .map((scope) => printCommand('purge', [tenant, scope ?? '*'], target))
    .join('; then ');
}
