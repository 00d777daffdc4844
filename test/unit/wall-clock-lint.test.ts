import { readFile, readdir } from 'node:fs/promises'
import { Linter } from 'eslint'
import tseslint from 'typescript-eslint'
import { describe, expect, it } from 'vitest'

type Rules = { files?: string[]; rules?: { 'no-restricted-syntax'?: unknown } }

const { default: config } = (await import('../../eslint.config.js' as string)) as { default: Rules[] }
const rule = config.find(part => part.files?.includes('src/**/*.ts'))?.rules?.['no-restricted-syntax']
const linter = new Linter()
const faultsOf = (code: string) =>
  linter.verify(code, {
    languageOptions: { parser: tseslint.parser as Linter.Parser },
    rules: { 'no-restricted-syntax': rule as Linter.RuleEntry },
  })

describe('the lint rule on time zones', () => {
  it.each([
    'const day = new Date().toISOString().slice(0, 10)',
    "const day = made.at.toISOString().split('T')[0]",
    'const day = at?.toISOString().slice(0, 10)',
    'const day = createdAt.slice(0, 10)',
    'const minute = kit.madeAt.slice(0, 16)',
    'const year = at.getFullYear()',
    'const hour = at.getHours()',
    'const ahead = at.getTimezoneOffset()',
    'at.setDate(at.getUTCDate() + 1)',
    "const text = at.toLocaleDateString('pl')",
    "const text = at.toLocaleString('pl', { timeZone: 'UTC' })",
    "const text = new Intl.DateTimeFormat('pl').format(at)",
    "const text = Intl.DateTimeFormat('pl', { dateStyle: 'long' }).format(at)",
    'const zone = Intl.DateTimeFormat().resolvedOptions().timeZone',
    'const midnight = new Date(2026, 10, 30)',
    'const text = at.toDateString()',
  ])('refuses %s', code => {
    expect(faultsOf(code)).toHaveLength(1)
  })

  it.each([
    "const day = dayIn(at, 'UTC')",
    'const year = at.getUTCFullYear()',
    'const next = new Date(Date.UTC(2026, 10, 30))',
    'const text = at.toISOString()',
    'const first = ids.slice(0, 10)',
    'const first = madeAt.slice(0, 2)',
    "const text = new Intl.DateTimeFormat('pl', { dateStyle: 'long', timeZone }).format(at)",
  ])('allows %s', code => {
    expect(faultsOf(code)).toEqual([])
  })
})

// Templates are not linted: the same words are looked for in their text.
const zoneless =
  /\b(get|set)(FullYear|Month|Date|Day|Hours|Minutes)\(|toLocale\w*String|DateTimeFormat|toISOString\(\)\.|toDateString/

it('no template tells a day or a time without a zone', async () => {
  const files = (await readdir('views', { recursive: true })).filter(file => file.endsWith('.ejs'))
  const texts = await Promise.all(files.map(async file => ({ file, text: await readFile(`views/${file}`, 'utf8') })))
  expect(texts.filter(({ text }) => zoneless.test(text)).map(({ file }) => file)).toEqual([])
})
