#!/usr/bin/env node
// @ts-check
import path from 'node:path';
import { mainModule, programFolder } from './program.js';

/* The process of the console. `bin/start.js` and `bin/signet.js` name it to the programs that start it. */

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const folder = await programFolder('console');
process.env['SIGNET_CONSOLE_PAGE'] = path.join(folder, 'page');
await import(mainModule(folder));
