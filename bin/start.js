#!/usr/bin/env node
// Node 20 cannot strip types by itself: tsx does, for every version alike.
import 'tsx';

await import('../local/main.ts');
