import { defineConfig, type ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The machines are shared: a slow one is no failure. A hang still is.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

export default config;
