import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

/*
 * The real frameworks, which are no dependencies of the checkout: they have a lock of their own in this
 * folder. Nothing here needs their types, so that the checkout compiles without them.
 */

const here = new URL('./', import.meta.url);
const require = createRequire(here);

/** A module of a framework, as the test needs it. */
export const framework = <T>(name: string): T => require(name) as T;

/** In CI they are installed, or the tests fail; elsewhere it is said that they are not asked. */
export function isMissing(what: string): boolean {
  if (process.env['CI'] || existsSync(new URL('node_modules/.package-lock.json', here)))
    return false;
  console.warn(
    `NOT RUN: ${what} is not asked; npm ci --prefix test/frameworks --ignore-scripts installs it`,
  );
  return true;
}

/** The folder in which the frameworks are installed. */
export const modules = new URL('node_modules/', here);
