import { configDefaults, defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { createReporter } from './test/support/reporter.ts'
import { soak } from './test/support/rounds.ts'

/** A test that takes this long hangs. Time is limited by file, in test/support/reporter.ts. */
const hangMs = soak ? 3_600_000 : 300_000

const workers = 2

/**
 * The lanes run one after the other, in this order. docs/testing.md says which test belongs where. They do not extend the
 * root, whose global set-up would run once more for each lane.
 */
const lane = (order: number, name: string, options: { isolate: boolean; maxWorkers: number }) =>
  ({
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      sequence: { groupOrder: order },
      pool: 'forks',
      testTimeout: hangMs,
      hookTimeout: hangMs,
      ...options,
    },
  }) satisfies TestProjectConfiguration

export default defineConfig({
  test: {
    reporters: ['default', createReporter()],
    // `--changed` follows imports; these files are read, built or started.
    forceRerunTriggers: [
      ...configDefaults.forceRerunTriggers,
      '**/{bin,locales,migrations,views,deploy}/**',
      '**/src/browser/**',
      '**/tools/{build-assets,icons}.ts',
    ],
    globalSetup: ['test/support/global-setup.ts'],
    coverage: { provider: 'v8', include: ['src/**/*.ts'], reportOnFailure: true, reporter: ['text-summary', 'json'] },
    projects: [
      lane(1, 'unit', { isolate: false, maxWorkers: workers }),
      lane(2, 'features', { isolate: false, maxWorkers: workers }),
      lane(3, 'serial', { isolate: true, maxWorkers: 1 }),
      lane(4, 'journeys', { isolate: false, maxWorkers: workers }),
    ],
  },
})
