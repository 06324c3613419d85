import { defineConfig } from 'vitest/config';

/*
 * By default Vitest leaves one of two cores idle. Many tests wait for other processes, so three workers keep two cores
 * busy. The timeouts only end tests that hang: no test may fail because the machine is busy.
 */
export default defineConfig({
  test: {
    maxWorkers: 3,
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/client/shared-package.ts'],
    setupFiles: ['test/fixed-seed.ts'],
    testTimeout: 300_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 240_000 } },
  },
});
