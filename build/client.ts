import path from 'node:path';
import { gzippedBytes } from './client-bundle.ts';
import { clientPackage } from './client-package.ts';
import { root } from './functions.ts';
import { packPackage } from './npm-package.ts';

/*
 * Builds the client package in `dist/client`, packs it into a `.tgz` beside it, and prints the size of its modules and
 * the command that installs it. To publish it, run `npm publish dist/client`.
 */

const folder = path.join(root, 'dist', 'client');
for (const [entry, code] of await clientPackage(folder))
  console.log(`${entry}.js: ${code.length} bytes, ${gzippedBytes(code)} gzipped`);
const packed = await packPackage(folder, path.dirname(folder));
console.log(`\n${packed}\n\nTo install it in a project:\n\n  npm install ${packed}`);
