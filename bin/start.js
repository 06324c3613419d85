#!/usr/bin/env node
// @ts-check
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mainModule, programFolder } from './program.js';

// The SDK's warning about Node versions concerns maintainers, not the users of this command.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const folder = await programFolder('start');
process.env['SIGNET_CONSOLE'] ||= fileURLToPath(new URL('console.js', import.meta.url));
process.env['SIGNET_FUNCTIONS'] ||= path.join(folder, 'functions');
await import(mainModule(folder));
