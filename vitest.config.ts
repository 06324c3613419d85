import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vitest would leave one of two cores idle, and most of what is waited for runs in other processes.
  test: {
    maxWorkers: 2,
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/fixed-seed.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
