import path from 'node:path';
import { gzippedBytes } from './client-bundle.ts';
import { clientPackage } from './client-package.ts';
import { root } from './functions.ts';

/*
 * Makes `dist/client` and says how large its modules are. Whoever publishes it runs
 * `npm publish dist/client`.
 */

const folder = path.join(root, 'dist', 'client');
for (const [entry, code] of await clientPackage(folder))
  console.log(`${entry}.js: ${code.length} bytes, ${gzippedBytes(code)} gzipped`);
