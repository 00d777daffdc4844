import { all, one } from './page.ts'

/** Rows of phones, addresses and the like: buttons to add one and to remove one. The server drops rows that are all empty. */
export const enhanceRepeats = () => {
  for (const group of all('data-repeat')) enhance(group)
}

const rowsOf = (group: HTMLElement) => all('data-repeat-row', one('data-repeat-rows', group) ?? group)

const enhance = (group: HTMLElement) => {
  const rows = one('data-repeat-rows', group)
  const template = group.querySelector<HTMLTemplateElement>('template[data-repeat-template]')
  const add = one('data-repeat-add', group)
  const status = one('data-repeat-status', group)
  if (!rows || !template || !add) return

  for (const spare of all('data-repeat-spare', rows)) spare.remove()
  // Numbers are never used twice, so that the fields of a removed row and of a new one cannot be taken for each other.
  let next = rowsOf(group).length
  const limit = Number(group.dataset.repeatLimit)
  const refresh = () => {
    add.hidden = rowsOf(group).length >= limit
  }

  const prepare = (row: HTMLElement) => {
    const remove = one('data-repeat-remove', row)
    if (!remove) return
    remove.hidden = false
    remove.addEventListener('click', () => {
      const place = rowsOf(group).indexOf(row)
      row.remove()
      refresh()
      const neighbour = rowsOf(group)[Math.max(0, place - 1)]
      ;(neighbour?.querySelector<HTMLElement>('input, select, textarea') ?? add).focus()
      if (status) status.textContent = status.dataset.removed ?? ''
    })
  }

  add.addEventListener('click', () => {
    const holder = document.createElement('template')
    holder.innerHTML = template.innerHTML.replaceAll('__index__', String(next++))
    const row = one('data-repeat-row', holder.content)
    if (!row) return
    rows.append(row)
    prepare(row)
    refresh()
    if (status) status.textContent = ''
    row.querySelector<HTMLElement>('input, select, textarea')?.focus()
  })

  rowsOf(group).forEach(prepare)
  refresh()
}
