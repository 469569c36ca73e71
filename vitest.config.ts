import { defineConfig } from 'vitest/config';

export default defineConfig({
  // graphql's .mjs and .js builds are two realms; Pothos loads the .js one.
  resolve: { alias: { graphql: 'graphql/index.js' } },
  test: {
    include: ['{src,schema,providers,test}/**/*.test.ts'],
    globalSetup: ['test/support/globalSetup.ts'],
    setupFiles: ['test/support/cost.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
