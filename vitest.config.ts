import { defineConfig } from 'vitest/config'

/** Journeys drive a real browser through whole jobs, so they get minutes; everything else is quick or broken. */
export default defineConfig({
  test: {
    // One file at a time: a browser, the servers and what it asks of them fill two cores, and pages have deadlines to keep.
    maxWorkers: 1,
    globalSetup: ['test/support/global-setup.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['test/**/*.test.ts'],
          exclude: ['test/journeys/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: 'journeys', include: ['test/journeys/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 180_000 },
      },
    ],
  },
})
