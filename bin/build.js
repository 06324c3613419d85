#!/usr/bin/env node
// @ts-check
import { programFolder } from './program.js';

/* Bundles both programs of a container before their first start: in an image, whose files are read-only later. */

await programFolder('signet');
await programFolder('start');
