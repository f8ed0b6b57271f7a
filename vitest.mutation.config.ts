import { defineConfig } from 'vitest/config';

/** The tests of the pure rules, for `npm run mutation`; properties of many runs would be repeated for every change. */
// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export.
export default defineConfig({
  test: {
    include: ['domain/**/*.test.ts'],
    exclude: ['domain/**/*.property.test.ts', 'domain/window.bounds.test.ts'],
    isolate: false,
  },
});
