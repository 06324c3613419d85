#!/usr/bin/env node
// @ts-check
import { fileURLToPath } from 'node:url';
import { mainModule, programFolder } from './program.js';

// The SDK's warning about Node versions concerns maintainers, not the users of this command.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

process.env['SIGNET_CONSOLE'] ||= fileURLToPath(new URL('console.js', import.meta.url));

await import(mainModule(await programFolder('signet')));
