import { readFileSync } from 'node:fs'
import path from 'node:path'
import { runInThisContext } from 'node:vm'
import { parse, type Node } from 'acorn'
import ejs from 'ejs'
import { analyze } from 'eslint-scope'

export type Locals = Record<string, unknown>
export type Views = {
  /** Makes a view ready. @throws where it is no template */
  prepare: (name: string) => void
  render: (name: string, locals: Locals) => string
}

type Include = (name: string, more?: Locals) => string
type View = (locals: Locals, include: Include) => string
type Written = (
  locals: Locals,
  escapeFn: typeof ejs.escapeXML,
  include: Include,
  given: typeof givenTo,
  blame: (fault: unknown, line: number) => unknown,
) => string

/**
 * The views of a folder, each an EJS template, made ready at its first use and kept.
 *
 * EJS itself runs a template inside `with`, and copies all locals twice for every part that is included: together a third of
 * the time of a page. Here a template's own words are told from those it is given (by parsing it), so that it becomes a
 * plain function. What a template may say is the same, but for this: a name that nobody gives is a fault also where it
 * happens to be one of node's globals.
 * @param root the folder; views are named by their path in it, with or without a slash before it
 */
export const createViews = (root: string): Views => {
  const views = new Map<string, View>()

  const find = (name: string): View => {
    const known = views.get(name)
    if (known) return known
    const made = compile(name.replace(/^\/+/, ''), root)
    views.set(name, made)
    return made
  }

  const show = (name: string, locals: Locals): string =>
    find(name)(locals, (part, more) => show(part, more ? { ...locals, ...more } : locals))

  return { prepare: name => void find(name), render: show }
}

const compile = (name: string, root: string): View => {
  const file = path.join(root, `${name}.ejs`)
  const template = new ejs.Template(readFileSync(file, 'utf8'), { filename: file, _with: false })
  template.compile()
  const source = readFromLocals(`(function (locals, escapeFn, include, __given, __blame) {
    'use strict'
    let __line = 1
    try { ${template.source} } catch (fault) { throw __blame(fault, __line) }
  })`)
  const written = runInThisContext(source, { filename: `${file}.js` }) as Written
  const blame = (fault: unknown, line: number) => {
    if (fault instanceof Error) fault.message = `${name}.ejs:${line}: ${fault.message}`
    return fault
  }
  return (locals, include) => written(locals, ejs.escapeXML, include, givenTo, blame)
}

/** What a view may use without being given it. */
const language = new Set([
  'Array',
  'Boolean',
  'Date',
  'Intl',
  'JSON',
  'Map',
  'Math',
  'Number',
  'Object',
  'Set',
  'String',
])
const words = new Set([...language, 'undefined', 'encodeURIComponent'])

/** The same program, in which every name that it does not declare itself is looked up in `locals`. */
const readFromLocals = (source: string): string => {
  const program = parse(source, { ecmaVersion: 'latest', ranges: true })
  const { globalScope } = analyze(program as Parameters<typeof analyze>[0], { ecmaVersion: 2025, sourceType: 'script' })
  const short = shorthandsIn(program)
  const pieces: string[] = []
  let at = 0
  const found = (globalScope?.through ?? []).map(reference => {
    const identifier = reference.identifier as unknown as Node & { name: string }
    if (reference.isWrite()) throw new SyntaxError(`a view declares what it changes: ${identifier.name}`)
    return identifier
  })
  for (const { name, start, end } of found.sort((one, other) => one.start - other.start)) {
    if (words.has(name)) continue
    const value = `(locals.${name} ?? __given(locals, '${name}'))`
    pieces.push(source.slice(at, start), short.has(start) ? `${name}: ${value}` : value)
    at = end
  }
  return pieces.join('') + source.slice(at)
}

/** Where `{ name }` stands for `{ name: name }`. */
const shorthandsIn = (node: Node, found = new Set<number>()): Set<number> => {
  const { type, shorthand, start } = node as Node & { shorthand?: boolean }
  if (type === 'Property' && shorthand) found.add(start)
  for (const part of Object.values(node).flat() as unknown[])
    if (typeof part === 'object' && part !== null && 'type' in part) shorthandsIn(part as Node, found)
  return found
}

/** What is empty was given as such, or is missing by mistake. */
const givenTo = (locals: Locals, name: string): unknown => {
  if (name in locals) return locals[name]
  throw new ReferenceError(`${name} is not given`)
}
