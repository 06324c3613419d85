#!/usr/bin/env node
// Node 20 cannot run TypeScript, so tsx strips the types for every version of Node.
import 'tsx';

// The SDK's warning about Node versions concerns maintainers, not the users of this command.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

await import('../local/main.ts');
