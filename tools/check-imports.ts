// Checks that imports go only where import-rules.ts allows: one line for each that does not, and exit code 1.
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config'
import { importRules } from '../import-rules.ts'

/** Modules that must be among those read: a check that reads nothing finds nothing wrong. */
const expected = ['src/composition.ts', 'src/features/clients/clients.ts', 'src/platform/vault/vault.ts']
const fewestImportsOfComposition = 10

const read = async (): Promise<ICruiseResult> => {
  const { output } = await cruise(
    ['src', 'migrations'],
    { ...importRules.options, ruleSet: { forbidden: importRules.forbidden ?? [] }, validate: true },
    {},
    { tsConfig: extractTSConfig('tsconfig.json') },
  )
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text instead of its result')
  return output
}

/** What shows that the tool has not read the modules and their imports. */
const unread = ({ modules }: ICruiseResult): string[] => {
  const bySource = new Map(modules.map(module => [module.source, module]))
  const imports = bySource.get('src/composition.ts')?.dependencies.length ?? 0
  return [
    ...expected.filter(source => !bySource.has(source)).map(source => `${source} was not read`),
    ...(imports > fewestImportsOfComposition ? [] : [`only ${imports} imports of src/composition.ts were read`]),
  ]
}

process.chdir(`${import.meta.dirname}/..`)
const result = await read()
const problems = [
  ...unread(result),
  ...result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
]
for (const problem of problems) console.error(problem)
if (problems.length === 0) console.log(`The imports of ${result.modules.length} modules follow import-rules.ts.`)
else process.exitCode = 1
