import { defineConfig } from 'vitest/config';

/** Tests of parts that stand on a task store, beside their parts. */
const STORES = [
  'src/links/postgresLinkStore.test.ts',
  'src/tasks/engine/{embedded,engine,batchProcessor}.test.ts',
  'src/tasks/store/embedded/{checkpoints,pglitePool}.test.ts',
  'src/tasks/store/outbox/postgresOutbox.test.ts',
];

export default defineConfig({
  // graphql's .mjs and .js builds are two realms; Pothos loads the .js one.
  resolve: { alias: { graphql: 'graphql/index.js' } },
  test: {
    // Most of the time a test waits for a process, a socket or a timer; the default on two cores is one worker.
    maxWorkers: 2,
    // A process for each file, which loads everything anew, is a fifth of the suite's work; see leftAsFound.ts.
    isolate: false,
    setupFiles: ['test/support/leftAsFound.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'units', include: ['{src,schema,providers}/**/*.test.ts'], exclude: STORES } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts', ...STORES],
          // Creating a task store takes seconds: once for all tests that need one, and not for a unit test alone.
          globalSetup: ['test/support/globalSetup.ts'],
          setupFiles: ['test/support/cost.ts', 'test/support/runLogsOfFile.ts'],
        },
      },
    ],
  },
});
