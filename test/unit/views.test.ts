import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import ejs from 'ejs'
import { afterAll, describe, expect, it } from 'vitest'
import { createViews, type Locals } from '../../src/platform/web/views.ts'

const root = mkdtempSync(path.join(tmpdir(), 'ostoja-views-'))
afterAll(() => {
  rmSync(root, { recursive: true })
})
let made = 0
/** A view of this text, and what it renders. */
const rendered = (text: string, locals: Locals, parts: Record<string, string> = {}) => {
  const name = `view-${made++}`
  for (const [file, markup] of Object.entries({ ...parts, [name]: text }))
    writeFileSync(path.join(root, `${file}.ejs`), markup)
  return createViews(root).render(name, locals)
}

describe('a view says what EJS would make of it', () => {
  const person = { name: 'Łukasz & "Syn" <b>', phones: ['600', '700'] }
  const parts = {
    part: '<i><%= title %> <%= locals.more ?? "none" %> <%= person.name %></i>',
    row: '<%= index %>:<%= value ?? "" %>;',
  }
  for (const text of [
    'plain "text" with `ticks`, \\ and ${braces}\n  and lines\n',
    '<%= person.name %> <%- person.name %>',
    '<% for (const [index, value] of person.phones.entries()) { %><%- include("/row", { index, value }) %><% } %>',
    '<% const title = "own"; const say = text => `${text} ${title} ${given}` %><%= say("said") %>',
    '<%- include("/part", { title: given, more: undefined }) %><%- include("part", { title, more: 1 }) %>',
    '<% const { name, phones: [first, ...rest] } = person %><%= name %> <%= first %> <%= rest.length %>',
    '<%= Object.keys({ given, title }).join() %> <%= Math.max(1, 2) %> <%= typeof locals.nothing %>',
    '<%_ if (given) { _%>\n  slurped\n<%_ } _%>\n<%# a remark %><%% kept -%>\nend',
    '<% let count = 0; function add() { count += 1 } add(); add() %><%= count %><%= empty %><%= nothing %>',
  ])
    it(text.slice(0, 60), () => {
      const locals = { person, given: 'given', title: 'of the page', empty: null, nothing: undefined }
      const ours = rendered(text, locals, parts)
      expect(ours).toBe(ejs.render(text, locals, { root, views: [root] }))
    })
})

describe('a fault in a view', () => {
  it('names the view and the line, and the views that include it', () => {
    expect(() => rendered('one\n<%- include("/faulty") %>', {}, { faulty: '\n\n<%= missing %>' })).toThrow(
      /^view-\d+\.ejs:2: faulty\.ejs:3: missing is not given$/,
    )
  })

  it('is a name that nobody gave, even where node knows one', () => {
    for (const name of ['process', 'fetch', 'globalThis', 'toStrin'])
      expect(() => rendered(`<%= ${name} %>`, {})).toThrow(`${name} is not given`)
  })

  it('is to give a new value to what the page was given', () => {
    expect(() => rendered('<% given = 1 %>', { given: 0 })).toThrow()
  })

  it('is a view that is not there', () => {
    expect(() => rendered('<%- include("/nowhere") %>', {})).toThrow(/nowhere\.ejs/)
  })
})
