import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { notRun } from '../not-run.ts';

/*
 * The real frameworks, which are no dependencies of the checkout: they have a lock of their own in this
 * folder. Nothing here needs their types, so that the checkout compiles without them.
 */

const here = new URL('./', import.meta.url);
const require = createRequire(here);

/** A module of a framework, as the test needs it. */
export const framework = <T>(name: string): T => require(name) as T;

const install = 'npm ci --prefix test/frameworks --ignore-scripts';
const installed = existsSync(new URL('node_modules/.package-lock.json', here));

/** Whether tests of a framework cannot run. */
export const isMissing = (what: string): boolean =>
  notRun(what, installed ? [] : ['test/frameworks/node_modules'], { install });

/** The folder in which the frameworks are installed. */
export const modules = new URL('node_modules/', here);
