import type { ExportManifest } from '../../features/exports/index.ts'
import { h } from './dom.ts'
import { t } from './words.ts'

/** Shows the code that proves to Ostoja that this export was opened. Whoever sees it learns nothing of what is inside. */
export const showOpeningCode = ({ openingCode }: ExportManifest) => {
  const close = () => {
    dialog.close()
    dialog.remove()
  }
  const dialog = h(
    'dialog',
    { class: 'panel', 'aria-labelledby': 'code-title' },
    h('h2', { id: 'code-title' }, t('code.title')),
    h('p', { class: 'opening-code', translate: 'no' }, `${openingCode.slice(0, 4)} ${openingCode.slice(4)}`),
    h('p', {}, t('code.text')),
    h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'primary', onclick: close }, t('code.close'))),
  )
  document.body.append(dialog)
  dialog.showModal()
}
