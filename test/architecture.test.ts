import { cruise, type ICruiseResult } from 'dependency-cruiser'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import { describe, expect, it } from 'vitest'
import { importRules } from '../import-rules.ts'

const look = async () => {
  const { output } = await cruise(
    ['src', 'migrations'],
    { ...importRules.options, ruleSet: { forbidden: importRules.forbidden ?? [] }, validate: true },
    {},
    {
      tsConfig: extractTSConfig('tsconfig.json'),
    },
  )
  return output as ICruiseResult
}

/** It reads every file there is, which a machine that does much else takes minutes for. */
const patienceMs = 300_000

describe('the house', () => {
  it(
    'has imports that go one way, and the tool that checks it really saw the modules',
    async () => {
      const { summary, modules } = await look()
      const sources = modules.map(module => module.source)
      expect(sources).toEqual(
        expect.arrayContaining([
          'src/composition.ts',
          'src/features/clients/clients.ts',
          'src/platform/vault/vault.ts',
        ]),
      )
      expect(modules.find(module => module.source === 'src/composition.ts')?.dependencies.length).toBeGreaterThan(10)
      expect(summary.violations.map(fault => `${fault.rule.name}: ${fault.from} -> ${fault.to}`)).toEqual([])
    },
    patienceMs,
  )
})
