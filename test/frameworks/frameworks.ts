import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { notRun } from '../not-run.ts';

/*
 * The real frameworks. They are not dependencies of the checkout, but have their own lock in this folder.
 * The tests do not use their types, so the checkout compiles without them.
 */

const here = new URL('./', import.meta.url);
const require = createRequire(here);

/** Loads a module of a framework, with the type that the test needs. */
export const framework = <T>(name: string): T => require(name) as T;

const install = 'npm ci --prefix test/frameworks --ignore-scripts';
const installed = existsSync(new URL('node_modules/.package-lock.json', here));

/** Whether the frameworks are missing, so that their tests cannot run. */
export const isMissing = (what: string): boolean =>
  notRun(what, installed ? [] : ['test/frameworks/node_modules'], { install });

/** The folder in which the frameworks are installed. */
export const modules = new URL('node_modules/', here);
