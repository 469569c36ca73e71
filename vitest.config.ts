import { defineConfig } from 'vitest/config';

export default defineConfig({
  // graphql's .mjs and .js builds are two realms; Pothos loads the .js one.
  resolve: { alias: { graphql: 'graphql/index.js' } },
  test: {
    // Most of the time a test waits for a process, a socket or a timer; the default on two cores is one worker.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'units', include: ['{src,schema,providers}/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          // Creating a task store takes seconds: once for all tests that need one, and not for a unit test alone.
          globalSetup: ['test/support/globalSetup.ts'],
          setupFiles: ['test/support/cost.ts', 'test/support/runLogsOfFile.ts'],
        },
      },
    ],
  },
});
