import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    env: { TZ: 'UTC' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    watch: false,
    globalSetup: ['test/support/cluster.ts'],
    maxWorkers: 2,
  },
});
