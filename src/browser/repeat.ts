import { all, one } from './page.ts'

/** Rows of phones, addresses and the like: buttons to add one and to remove one. The server drops rows that are all empty. */
export const enhanceRepeats = (inside: ParentNode = document) => {
  for (const group of all('data-repeat', inside)) enhance(group)
}

/** The rows of a group, without those of groups inside its rows. */
export const rowsOf = (group: HTMLElement) => own('data-repeat-row', group)

/** Of a group's parts, its own: rows may have rows of their own. */
const own = (attribute: string, group: HTMLElement) =>
  all(attribute, group).filter(part => part.parentElement?.closest('[data-repeat]') === group)

const enhance = (group: HTMLElement) => {
  const [rows] = own('data-repeat-rows', group)
  const [template] = own('data-repeat-template', group)
  const [add] = own('data-repeat-add', group)
  const [status] = own('data-repeat-status', group)
  if (!rows || !(template instanceof HTMLTemplateElement) || !(add instanceof HTMLButtonElement)) return

  for (const spare of own('data-repeat-spare', group)) spare.remove()
  add.type = 'button'
  // Numbers are never used twice, so that the fields of a removed row and of a new one cannot be taken for each other.
  let next = rowsOf(group).length
  const limit = Number(group.dataset.repeatLimit)
  const refresh = () => {
    add.hidden = rowsOf(group).length >= limit
  }

  const prepare = (row: HTMLElement) => {
    const remove = all('data-repeat-remove', row).find(button => button.parentElement === row)
    if (!remove) return
    remove.hidden = false
    remove.addEventListener('click', () => {
      const place = rowsOf(group).indexOf(row)
      row.remove()
      refresh()
      const neighbour = rowsOf(group)[Math.max(0, place - 1)]
      ;(neighbour?.querySelector<HTMLElement>(firstField) ?? add).focus()
      if (status) status.textContent = status.dataset.removed ?? ''
    })
  }

  add.addEventListener('click', () => {
    const holder = document.createElement('template')
    holder.innerHTML = template.innerHTML.replaceAll(template.dataset.repeatTemplate ?? '', String(next++))
    const row = one('data-repeat-row', holder.content)
    if (!row) return
    rows.append(row)
    prepare(row)
    enhanceRepeats(row)
    refresh()
    if (status) status.textContent = ''
    row.querySelector<HTMLElement>(firstField)?.focus()
  })

  rowsOf(group).forEach(prepare)
  refresh()
}

const firstField = 'input, select, textarea'
