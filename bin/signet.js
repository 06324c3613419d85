#!/usr/bin/env node
// Node 20 cannot strip types by itself: tsx does, for every version alike.
import 'tsx';

// The SDK's advice on Node versions is for who deploys, not for who starts this.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

await import('../cli/main.ts');
