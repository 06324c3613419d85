import { limits } from '../limits.ts';
import { isTenant, pathFault } from '../url/path.ts';
import { utf8Bytes } from '../utf8.ts';

/** The name of an entry has the form of a tenant's name. */
export const entryName = isTenant;
export const entryNameExpects = 'a-z and 0-9, with single hyphens inside, at most 63 characters';

/**
 * Finds what is wrong with a prefix of keys. What follows it is the path of a source, so the rules are those of
 * paths: no segment that is empty, `.` or `..`.
 */
export function prefixFault(prefix: string): string | undefined {
  if (!prefix.endsWith('/')) return 'does not end in /';
  if (utf8Bytes(prefix) > limits.sourcePrefixBytes)
    return `has more than ${limits.sourcePrefixBytes} bytes`;
  return pathFault(`${prefix}x`)?.replace('the path', '').trim();
}
