import { defineConfig } from 'vitest/config';
import { ProofReporter } from './test/proof/reporter.ts';

/* `npm run proof`: the complete enumerations, of which `npm test` runs a part. */

const hour = 3_600_000;

export default defineConfig({
  test: {
    maxWorkers: 2,
    include: ['test/**/*.proof.ts'],
    globalSetup: ['test/client/shared-package.ts'],
    setupFiles: ['test/fixed-seed.ts'],
    testTimeout: hour,
    hookTimeout: hour,
    expect: { poll: { timeout: hour } },
    env: {
      SIGNET_PROOF: 'all',
      SIGNET_CLIENT_CASES: process.env['SIGNET_CLIENT_CASES'] ?? '100000',
    },
    reporters: ['default', new ProofReporter()],
  },
});
