import { all } from '../page.ts'
import { rowsOf } from '../repeat.ts'

/**
 * Gives each group of repeated rows as many rows as were typed, and names the typed fields as those rows are named now:
 * `phones[3][number]` of the draft becomes `phones[1][number]` where that is the second row's name. Groups inside rows follow
 * once the rows around them are there.
 */
export const fitRows = (
  inside: HTMLElement,
  fields: [string, string][],
  within: HTMLElement | null = null,
): [string, string][] => {
  let fitted = fields
  for (const group of all('data-repeat', inside)) {
    if (outerGroup(group) !== within) continue
    fitted = fitGroup(group, fitted)
    for (const row of rowsOf(group)) fitted = fitRows(row, fitted, group)
  }
  return fitted
}

const fitGroup = (group: HTMLElement, fields: [string, string][]): [string, string][] => {
  const name = nameOf(group)
  if (!name) return fields
  const typed = [...new Set(fields.flatMap(([field]) => placeIn(name, field) ?? []))]
  const rows = () => rowsOf(group)
  const buttons = (attribute: string) =>
    all(attribute, group).filter(button => button.closest('[data-repeat]') === group)
  for (const row of rows().slice(Math.max(typed.length, 1)))
    buttons('data-repeat-remove')
      .find(button => button.parentElement === row)
      ?.click()
  for (let tries = typed.length; rows().length < typed.length && tries > 0; tries--)
    buttons('data-repeat-add')[0]?.click()

  const renamed = new Map<string, string>()
  typed.forEach((place, index) => {
    const control = [...(rows()[index]?.querySelectorAll<HTMLInputElement>('[name]') ?? [])].find(
      ({ name: known }) => placeIn(name, known) !== null,
    )
    const now = control && placeIn(name, control.name)
    if (now !== undefined && now !== null) renamed.set(place, now)
  })
  return fields.map(([field, value]) => {
    const place = placeIn(name, field)
    const now = place !== null && renamed.get(place)
    return [now ? `${name}[${now}]${field.slice(`${name}[${place}]`.length)}` : field, value]
  })
}

const outerGroup = (group: HTMLElement) => group.parentElement?.closest<HTMLElement>('[data-repeat]') ?? null

/** What the fields of a group's rows begin with, in a row inside a row as that row is named now. */
const nameOf = (group: HTMLElement) => {
  const [template] = all('data-repeat-template', group).filter(one => one.parentElement === group)
  const mark = template?.dataset.repeatTemplate
  const first = mark && template instanceof HTMLTemplateElement && template.content.querySelector(`[name*="[${mark}]"]`)
  return first ? first.getAttribute('name')!.split(`[${mark}]`)[0] : undefined
}
const placeIn = (name: string, field: string) =>
  field.startsWith(`${name}[`) ? (/^\[(\d+)\]/.exec(field.slice(name.length))?.[1] ?? null) : null
