import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { languages } from '../../src/platform/i18n/translations.ts'

type Catalogue = Record<string, string>

const flat = (tree: object, path = ''): Catalogue =>
  Object.fromEntries(
    Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'string' ? [[path + key, value]] : Object.entries(flat(value as object, `${path}${key}.`)),
    ),
  )
const namespaces = readdirSync('locales/en').map(file => file.replace('.json', ''))
const catalogue = (language: string, namespace: string) =>
  flat(JSON.parse(readFileSync(`locales/${language}/${namespace}.json`, 'utf8')) as object)

const filesUnder = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith(ending))
    .map(file => join(folder, file))

/** Of a plural, the key without its form: every language has its own forms (CLDR). */
const withoutForm = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '')
const placeholders = (text: string) => [...new Set([...text.matchAll(/{{\s*([\w.]+)/g)].map(match => match[1]))].sort()

/** Words that are the same in Polish and English, or belong to no language. */
const sameInBoth = new Set([
  'Ostoja',
  'Status',
  'Polski',
  'English',
  'E-mail',
  'Start',
  'OK',
  'Partner',
  'Adres',
  'CSV',
  'Region',
  'Import',
  'Alt',
  'Esc',
  'PL',
  'EN',
  'Menu',
  'Administrator',
  'Operator',
  'Login',
  'ms',
  's',
])

/** A key, and what it begins with: `t(`${stem}.${code}`)` names only the stem. */
const withStems = (key: string) => key.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'))

describe('the catalogues', () => {
  it('are the same files in every language', () => {
    for (const language of languages)
      expect(readdirSync(`locales/${language}`).sort()).toEqual(readdirSync('locales/en').sort())
  })

  for (const namespace of namespaces) {
    it(`say everything of ${namespace} in both languages, with the same placeholders`, () => {
      const [polish, english] = [catalogue('pl', namespace), catalogue('en', namespace)]
      expect([...new Set(Object.keys(polish).map(withoutForm))].sort()).toEqual(
        [...new Set(Object.keys(english).map(withoutForm))].sort(),
      )
      for (const [key, text] of Object.entries(english)) {
        const counterpart = polish[key] ?? polish[`${withoutForm(key)}_other`] ?? ''
        expect([key, ...placeholders(counterpart)]).toEqual([key, ...placeholders(text)])
      }
    })

    it(`leave nothing of ${namespace} untranslated`, () => {
      const [polish, english] = [catalogue('pl', namespace), catalogue('en', namespace)]
      const same = Object.entries(english).filter(
        ([key, text]) =>
          polish[key] === text && /\p{L}{2}/u.test(text.replace(/{{.*?}}/g, '')) && !sameInBoth.has(text),
      )
      expect(same).toEqual([])
    })

    it(`have every Polish plural form of ${namespace}`, () => {
      const polish = catalogue('pl', namespace)
      const plurals = new Set(
        Object.keys(polish)
          .filter(key => key !== withoutForm(key))
          .map(withoutForm),
      )
      for (const key of plurals)
        for (const form of ['one', 'few', 'many', 'other']) expect(polish).toHaveProperty([`${key}_${form}`])
    })
  }

  it('hold every key that pages and code name', () => {
    const known = new Set(
      namespaces.flatMap(namespace =>
        Object.keys(catalogue('en', namespace)).flatMap(key => withStems(`${namespace}:${withoutForm(key)}`)),
      ),
    )
    const named = [...filesUnder('views', '.ejs'), ...filesUnder('src', '.ts')].flatMap(file =>
      [...readFileSync(file, 'utf8').matchAll(/['"`]([a-z-]+:[a-zA-Z][\w-]*(?:\.[\w-]+)*)['"`]/g)]
        .map(match => match[1]!)
        .filter(key => namespaces.includes(key.split(':')[0]!))
        .map(key => `${key} in ${file}`),
    )
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter(line => !known.has(line.split(' ')[0]!))).toEqual([])
  })
})

describe('the views', () => {
  it('hold no text of their own: all of it comes from the catalogues', () => {
    const words = filesUnder('views', '.ejs').flatMap(file => {
      const markup = readFileSync(file, 'utf8')
        .replace(/<%[\s\S]*?%>/g, ' ')
        .replace(/<style>[\s\S]*?<\/style>/g, ' ')
        .replace(/<!--[\s\S]*?-->/g, ' ')
        .replace(/<(svg|title)[\s\S]*?<\/\1>/g, ' ')
      const texts = [...markup.matchAll(/>([^<>]*)</g)].map(match => match[1]!.replace(/&\w+;/g, '').trim())
      const attributes = [...markup.matchAll(/\b(?:title|alt|placeholder|aria-label)="([^"]*)"/g)].map(match =>
        match[1]!.trim(),
      )
      return [...texts, ...attributes]
        .filter(text => /\p{L}{2}/u.test(text) && !sameInBoth.has(text))
        .map(text => `${file}: ${text}`)
    })
    expect(words).toEqual([])
  })

  it('hold no inline script, style or handler; but letters, which have nothing else, may say how they look', () => {
    const inline = filesUnder('views', '.ejs').filter(file => {
      const markup = readFileSync(file, 'utf8')
      const looks = /<style|\sstyle=/i.test(markup) && !file.startsWith('views/mail/')
      return looks || /<script(?![^>]*\bsrc=)|\son[a-z]+=/i.test(markup)
    })
    expect(inline).toEqual([])
  })
})
