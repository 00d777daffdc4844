import { all, one } from '../page.ts'

/**
 * Gives each group of repeated rows as many rows as were typed, and names the typed fields as those rows are named now:
 * `phones[3][number]` of the draft becomes `phones[1][number]` where that is the second row's name.
 */
export const fitRows = (form: HTMLFormElement, fields: [string, string][]): [string, string][] => {
  const renamed = new Map<string, string>()
  for (const group of all('data-repeat', form)) {
    const name = nameOf(group)
    if (!name) continue
    const typed = [...new Set(fields.flatMap(([field]) => placeIn(name, field) ?? []))]
    const rows = () => all('data-repeat-row', one('data-repeat-rows', group) ?? group)
    for (const row of rows().slice(Math.max(typed.length, 1))) one('data-repeat-remove', row)?.click()
    for (let tries = typed.length; rows().length < typed.length && tries > 0; tries--)
      one('data-repeat-add', group)?.click()

    typed.forEach((place, index) => {
      const control = rows()[index]?.querySelector<HTMLInputElement>(`[name^="${name}["]`)
      const now = control && placeIn(name, control.name)
      if (now !== undefined && now !== null) renamed.set(`${name}[${place}]`, `${name}[${now}]`)
    })
  }
  return fields.map(([field, value]) => {
    const row = /^\w+\[\d+\]/.exec(field)?.[0]
    const now = row && renamed.get(row)
    return [now ? now + field.slice(row.length) : field, value]
  })
}

const nameOf = (group: HTMLElement) => {
  const template = group.querySelector<HTMLTemplateElement>('template[data-repeat-template]')
  return /name="(\w+)\[__index__\]/.exec(template?.innerHTML ?? '')?.[1]
}
const placeIn = (name: string, field: string) =>
  field.startsWith(`${name}[`) ? (/^\[(\d+)\]/.exec(field.slice(name.length))?.[1] ?? null) : null
