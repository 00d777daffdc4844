import type { ExportedClient, ExportManifest } from '../../features/exports/index.ts'
import { h, icon } from './dom.ts'
import type { Engine } from './engine.ts'
import { personParts } from './person-card.ts'
import { formatMoment, t } from './words.ts'

/** People laid out at a time, so that the page stays alive while many are prepared. */
const BATCH = 200

/** Prints one person. */
export const printPerson = (client: ExportedClient, manifest: ExportManifest) => {
  const paper = layPaper(manifest)
  paper.append(onPaper(client, manifest))
  window.print()
}

/** Asks first, because paper cannot be locked again; then prints everyone whom `query` finds. */
export const askToPrint = (engine: Engine, query: string, total: number, manifest: ExportManifest) => {
  const state = { stopped: false }
  const close = () => {
    state.stopped = true
    dialog.close()
    dialog.remove()
  }
  const progress = h('p', { class: 'quiet', role: 'status' })
  const go = h('button', { type: 'button', class: 'primary' }, icon('print'), t('print.go'))
  go.addEventListener('click', async () => {
    go.disabled = true
    const paper = layPaper(manifest)
    for (let from = 0; from < total && !state.stopped; from += BATCH) {
      const clients = await engine.clients(query, from, BATCH)
      paper.append(...clients.map(client => onPaper(client, manifest)))
      progress.textContent = t('print.preparing', {
        percent: Math.floor((100 * Math.min(total, from + BATCH)) / total),
      })
    }
    if (state.stopped) return paper.remove()
    close()
    window.print()
  })
  const dialog = h(
    'dialog',
    { class: 'panel', 'aria-labelledby': 'print-title', onclose: () => (state.stopped = true) },
    h('h2', { id: 'print-title' }, t('print.askTitle', { count: total })),
    h('p', {}, t('print.askText')),
    progress,
    h('div', { class: 'buttons' }, go, h('button', { type: 'button', onclick: close }, t('print.cancel'))),
  )
  document.body.append(dialog)
  dialog.showModal()
}

const onPaper = (client: ExportedClient, manifest: ExportManifest) =>
  h('article', { class: 'person' }, ...personParts(client, manifest, 'h2'))

/** An empty sheet, which exists only until the printing is over. */
const layPaper = (manifest: ExportManifest) => {
  document.getElementById('print')?.remove()
  const paper = h(
    'div',
    { id: 'print', 'aria-hidden': 'true' },
    h(
      'p',
      { class: 'print-head' },
      t('print.footer', {
        organisation: manifest.organisation,
        date: formatMoment(manifest.createdAt, manifest.timeZone),
      }),
    ),
  )
  document.body.append(paper)
  addEventListener('afterprint', () => paper.remove(), { once: true })
  return paper
}
