import path from 'node:path';
import { gzippedBytes } from './client-bundle.ts';
import { clientPackage } from './client-package.ts';
import { root } from './functions.ts';

/*
 * Builds the client package in `dist/client` and prints the size of its modules. To publish it, run
 * `npm publish dist/client`.
 */

const folder = path.join(root, 'dist', 'client');
for (const [entry, code] of await clientPackage(folder))
  console.log(`${entry}.js: ${code.length} bytes, ${gzippedBytes(code)} gzipped`);
