import { defineConfig } from 'vitest/config';

/*
 * By default Vitest leaves one of two cores idle, although most tests wait for other processes. The timeouts only end
 * tests that hang: no test may fail because the machine is busy.
 */
export default defineConfig({
  test: {
    maxWorkers: 2,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/client/shared-package.ts'],
    setupFiles: ['test/fixed-seed.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 240_000 } },
  },
});
