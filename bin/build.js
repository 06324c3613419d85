#!/usr/bin/env node
// @ts-check
import { programFolder } from './program.js';

/* Bundles all programs before their first start: in an image, whose files are read-only later. */

for (const name of /** @type {const} */ (['signet', 'start', 'console'])) await programFolder(name);
