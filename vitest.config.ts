import { type ViteUserConfig, defineConfig } from 'vitest/config';

/** Where a machine-readable report goes as well, if anywhere. */
const report = process.env['RESTAPLE_TEST_REPORT'];

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The machines are shared: a slow one is no failure. A hang still is.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});

export default config;
