import { writeFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'
import { watchContention } from './machine.ts'
import { soak } from './rounds.ts'

/** What a file may take on a machine that does nothing else; a test run that grows slow again must not go unnoticed. */
const maxSeconds = { file: 30, journey: 60 }
/** How much longer than its CPU time work takes while the tests have a machine of two cores to themselves. */
const ownContention = 1.5
const shown = 15

type Timed = { name: string; seconds: number; max: number }

/**
 * Prints the slowest files (in soak: all of them), fails a run in which a file took too long, and writes "PASSED FAILED" to
 * the file that OSTOJA_TEST_COUNTS names, for bin/test. Where other programs want the cores too, a file may take longer by as much.
 */
export const createReporter = (): Reporter => {
  let contention: ReturnType<typeof watchContention>
  const ends = new Map<string, number>()
  /** Collecting coverage takes its own time. */
  let coverage = false
  return {
    onInit: ({ config }) => {
      coverage = config.coverage.enabled
    },
    // Not before: knip and other tools load the configuration too, and must be able to end.
    onTestRunStart: () => {
      contention = watchContention()
    },
    onTestModuleEnd: ({ id }) => {
      ends.set(id, Date.now())
    },
    onTestRunEnd: async (modules, errors) => {
      const timed = (module: TestModule): Timed => {
        const { collectDuration, duration } = module.diagnostic()
        const end = ends.get(module.id) ?? Date.now()
        const busy = contention.between(end - collectDuration - duration, end) / ownContention
        return {
          name: module.relativeModuleId,
          seconds: (collectDuration + duration) / 1000,
          max: (module.project.name === 'journeys' ? maxSeconds.journey : maxSeconds.file) * Math.max(1, busy),
        }
      }
      const files = modules.map(timed).sort((one, other) => other.seconds - one.seconds)
      const limited = !soak && !coverage
      const listed = soak ? files : files.slice(0, shown)
      console.log(
        `\nThe ${soak ? 'files' : `${listed.length} slowest files`}, in seconds, and what each may take at most:`,
      )
      for (const { name, seconds, max } of listed)
        console.log(`${seconds.toFixed(1).padStart(7)} ${limited ? max.toFixed(0).padStart(4) : ''}  ${name}`)

      const late = limited ? files.filter(({ seconds, max }) => seconds > max) : []
      for (const { name, seconds, max } of late)
        console.error(`${name} took ${seconds.toFixed(1)} s; at most ${max.toFixed(0)} s is allowed`)

      const passed = count(modules, 'passed')
      // A file that failed as a whole has no failed test, but counts as one.
      const broken = modules.filter(module => !module.ok() && count([module], 'failed') === 0).length
      const failed = count(modules, 'failed') + broken + errors.length + late.length
      if (process.env.OSTOJA_TEST_COUNTS) writeFileSync(process.env.OSTOJA_TEST_COUNTS, `${passed} ${failed}\n`)
      if (late.length > 0) process.exitCode = 1
      await contention.stop()
    },
  }
}

const count = (modules: readonly TestModule[], state: 'passed' | 'failed') =>
  modules.reduce((sum, module) => sum + [...module.children.allTests(state)].length, 0)
