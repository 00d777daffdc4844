import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import { slowdown } from './machine.ts'
import { soak } from './rounds.ts'

/** What a file may take on a machine that does nothing else; a test run that grows slow again must not go unnoticed. */
const maxSeconds = { file: 30, journey: 60 }
const shown = 15

type Timed = { name: string; seconds: number; max: number }

/**
 * Prints the slowest files (in soak: all of them), fails a run in which a file took too long, and writes "PASSED FAILED" to
 * the file that OSTOJA_TEST_COUNTS names, for bin/test.
 */
export const createReporter = (): Reporter => {
  let before = Promise.resolve(1)
  /** Collecting coverage takes its own time. */
  let limited = !soak
  return {
    onInit: ({ config }) => {
      if (config.coverage.enabled) limited = false
    },
    onTestRunStart: () => {
      before = slowdown()
    },
    onTestRunEnd: async (modules, errors) => {
      const slower = Math.max(await before, await slowdown())
      const files = modules.map(timed).sort((one, other) => other.seconds - one.seconds)
      const listed = soak ? files : files.slice(0, shown)
      console.log(`\nThe ${soak ? 'files' : `${listed.length} slowest files`}, in seconds:`)
      for (const { name, seconds } of listed) console.log(`${seconds.toFixed(1).padStart(7)}  ${name}`)

      const late = limited ? files.filter(({ seconds, max }) => seconds > max * slower) : []
      for (const { name, seconds, max } of late)
        console.error(`${name} took ${seconds.toFixed(1)} s; at most ${(max * slower).toFixed(0)} s is allowed`)

      const passed = count(modules, 'passed')
      // A file that failed as a whole has no failed test, but counts as one.
      const broken = modules.filter(module => !module.ok() && count([module], 'failed') === 0).length
      const failed = count(modules, 'failed') + broken + errors.length + late.length
      if (process.env.OSTOJA_TEST_COUNTS) writeFileSync(process.env.OSTOJA_TEST_COUNTS, `${passed} ${failed}\n`)
      if (late.length > 0) process.exitCode = 1
    },
  }
}

const timed = (module: TestModule): Timed => {
  const { collectDuration, duration } = module.diagnostic()
  const journey = module.project.name === 'journeys'
  return {
    name: module.relativeModuleId,
    seconds: (collectDuration + duration) / 1000,
    max: journey ? maxSeconds.journey : maxSeconds.file,
  }
}

const count = (modules: readonly TestModule[], state: 'passed' | 'failed') =>
  modules.reduce((sum, module) => sum + [...module.children.allTests(state)].length, 0)
