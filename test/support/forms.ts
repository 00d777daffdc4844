/** Forms as a browser without scripts finds them in a page, and what one types into them. */
export type FoundForm = {
  action: string
  multipart: boolean
  /** What is sent along untouched, the page's own marks with it. */
  hidden: Record<string, string>
  /** Names of fields for text, of secrets, and of choices with the value they have. */
  texts: string[]
  secrets: string[]
  /** The secrets as the form itself names them. */
  named: string[]
  choices: Record<string, string>
}

const attribute = (tag: string, name: string) => unescape(new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1])
const unescape = (text: string | undefined) =>
  text
    ?.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')

export const formsIn = (html: string): FoundForm[] =>
  [...withoutTemplates(html).matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)]
    .filter(([, tag]) => attribute(tag!, 'method') === 'post')
    .map(([, tag, inside]) => read(tag!, inside!))

/** Templates may hold templates: the innermost go first. */
const withoutTemplates = (html: string): string => {
  const less = html.replace(/<template(?:(?!<template)[\s\S])*?<\/template>/g, '')
  return less === html ? html : withoutTemplates(less)
}

const read = (tag: string, inside: string): FoundForm => {
  const form: FoundForm = {
    action: attribute(tag, 'action') ?? '',
    multipart: tag.includes('multipart'),
    hidden: {},
    texts: [],
    secrets: [],
    named: [],
    choices: {},
  }
  for (const [control, kind] of inside.matchAll(/<(input|textarea|select)\b[^>]*>/g)) {
    const name = attribute(control, 'name')
    if (!name) continue
    const type = kind === 'input' ? (attribute(control, 'type') ?? 'text') : kind
    const value = attribute(control, 'value') ?? ''
    if (name === '_secret') form.named.push(value)
    else if (type === 'hidden') form.hidden[name] = value
    else if (type === 'password') form.secrets.push(name)
    else if (['checkbox', 'radio', 'select'].includes(type!)) form.choices[name] ??= value
    else if (type !== 'file') form.texts.push(name)
  }
  return form
}
