import { isTenant } from '../../shared/url/path.ts';
import { objectIn } from './json-line.ts';
import { isLogTime } from './service-line.ts';

/** A line of the purge function about what it removed from the caches. */
export type InvalidationLine = {
  readonly tenant: string;
  /** The paths that CloudFront had to invalidate. AWS bills each of them. */
  readonly invalidations: number;
  /** ISO 8601 in UTC. */
  readonly time: string;
};

/** More than this in one batch of the queue is not plausible. */
const largest = 1_000_000;

/** Reads a line, with text before it or not. Undefined for other lines. Never throws. */
export function readInvalidationLine(line: string): InvalidationLine | undefined {
  const object = objectIn(line.slice(Math.max(0, line.indexOf('{'))));
  if (object === undefined) return undefined;
  const field = (name: string): unknown =>
    Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined;
  if (field('function') !== 'purge' || field('outcome') !== 'invalidated') return undefined;
  const [tenant, time, invalidations] = [field('tenant'), field('time'), field('invalidations')];
  if (typeof tenant !== 'string' || !isTenant(tenant)) return undefined;
  if (typeof time !== 'string' || !isLogTime(time)) return undefined;
  if (typeof invalidations !== 'number' || !Number.isInteger(invalidations)) return undefined;
  return invalidations >= 0 && invalidations <= largest
    ? { tenant, invalidations, time }
    : undefined;
}
