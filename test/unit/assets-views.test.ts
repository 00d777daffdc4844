import { readdirSync } from 'node:fs'
import path from 'node:path'
import ejs from 'ejs'
import { describe, expect, it } from 'vitest'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import { createViews } from '../../src/platform/web/views.ts'

const root = path.resolve(import.meta.dirname, '../../views')
const texts: Record<string, string> = { tooLong: 'That is too long.' }
const locals = {
  t: loadTranslations().to('en'),
  asset: (name: string) => `/assets/${name}`,
  csrfToken: 'token',
  problem: (problems: Record<string, string>, field: string) => texts[problems[field] ?? ''] ?? null,
}
const render = (markup: string, more: object = {}) =>
  ejs.render(markup, { ...locals, ...more }, { root }).replaceAll(/\s+/g, ' ')

describe('a view', () => {
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ejs')))
    it(`compiles: ${file}`, () => {
      expect(() => createViews(root).prepare(file.replace(/\.ejs$/, ''))).not.toThrow()
    })
})

describe('a field', () => {
  const field = "<%- include('/layout/field', { name: 'phones[1][number]', label: 'Number', hint: 'As typed' }) %>"

  it('shows what was typed and what is wrong with it, tied together for a screen reader', () => {
    const html = render(field, {
      values: { phones: [{}, { number: '"><script>' }] },
      problems: { 'phones.1.number': 'tooLong' },
    })
    expect(html).toContain('<label class="form-label" for="phones-1-number">')
    expect(html).toContain('value="&#34;&gt;&lt;script&gt;"')
    expect(html).toContain('aria-describedby="phones-1-number-hint phones-1-number-problem" aria-invalid="true"')
    expect(html).toContain('That is too long.')
  })

  it('is empty and says nothing of problems when the page has none', () => {
    const html = render(field)
    expect(html).toContain('value=""')
    expect(html).not.toContain('aria-invalid')
  })

  it('never gives a password back', () => {
    const markup = "<%- include('/layout/password', { name: 'password', label: 'Password' }) %>"
    expect(render(markup, { values: { password: 'hunter2' } })).not.toContain('hunter2')
  })

  it('keeps the choice that was made', () => {
    const options = "options: [{ value: 'a', text: 'A' }, { value: 'b', text: 'B' }]"
    const markup = (partial: string) =>
      `<%- include('/layout/${partial}', { name: 'kind', label: 'Kind', ${options} }) %>`
    const values = { kind: 'b' }
    expect(render(markup('select'), { values })).toContain('<option value="b" selected>')
    expect(render(markup('radio-group'), { values })).toMatch(/value="b" checked/)
  })
})

describe('rows that repeat', () => {
  const row = "<%- include('/layout/field', { name: `${prefix}[number]`, label: 'Number', value: row.number }) %>"
  const markup =
    "<%- include('/layout/repeat', { name: 'phones', legend: 'Phones', row: '/row', rows: values.phones }) %>"
  const repeated = ejs.render(
    markup,
    { ...locals, values: { phones: [{ number: '600' }, { number: '700' }] } },
    { root, includer: (asked, found) => (asked === '/row' ? { template: row } : { filename: found }) },
  )

  it('number their fields, keep an empty one for pages without a script, and a pattern for pages with one', () => {
    const names = [...repeated.matchAll(/name="([^"]+)"\s+type="text"/g)].map(match => match[1])
    expect(names).toEqual(['phones[0][number]', 'phones[1][number]', 'phones[2][number]', 'phones[__index__][number]'])
    expect(repeated.match(/data-repeat-spare/g)).toHaveLength(1)
  })
})
