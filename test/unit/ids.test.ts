import { readFile } from 'node:fs/promises'
import { Linter } from 'eslint'
import tseslint from 'typescript-eslint'
import { describe, expect, it } from 'vitest'
import { uuidField } from '../../src/platform/web/ids.ts'

type Rules = { files?: string[]; rules?: { 'no-restricted-syntax'?: unknown } }

const { default: config } = (await import('../../eslint.config.js' as string)) as { default: Rules[] }
const ruleFor = (files: string) =>
  config.find(part => part.files?.includes(files))?.rules?.['no-restricted-syntax'] as Linter.RuleEntry
const faultsOf = (code: string, files = 'src/**/*.ts') =>
  new Linter().verify(code, {
    languageOptions: { parser: tseslint.parser as Linter.Parser },
    rules: { 'no-restricted-syntax': ruleFor(files) },
  })

describe('an id', () => {
  it('is read in the small letters in which PostgreSQL gives it back', () => {
    expect(uuidField().parse('6F9619FF-8B86-4D01-B42D-00C04FC964FF')).toBe('6f9619ff-8b86-4d01-b42d-00c04fc964ff')
  })

  it.each(['', 'x', '6F9619FF8B864D01B42D00C04FC964FF', 7, null])('is not %j', sent => {
    expect(uuidField('problems:choose').safeParse(sent)).toMatchObject({ success: false })
  })
})

describe('the lint rule on ids', () => {
  it.each(['const id = z.uuid()', 'const id = z.string().uuid()', 'const id = z.uuidv4()', 'const id = z.guid()'])(
    'refuses %s',
    code => {
      expect(faultsOf(code)).toHaveLength(1)
    },
  )

  it('allows the shared field, and the place that makes it', async () => {
    expect(faultsOf('const id = uuidField()')).toEqual([])
    const file = 'src/platform/web/ids.ts'
    expect(faultsOf(await readFile(file, 'utf8'), file)).toEqual([])
  })
})
