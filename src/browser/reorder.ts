import Sortable from 'sortablejs'
import { all, csrfToken, one } from './page.ts'

/**
 * An ordered list that can be dragged, or moved with its Up and Down buttons or the arrow keys on an item's handle. The new order goes
 * to data-reorder-url as `order[]` ids, first to last; what cannot be saved is undone by loading the page anew.
 */
export const enhanceReorder = () => {
  for (const list of all('data-reorder')) enhance(list)
}

const itemsOf = (list: HTMLElement) => all('data-reorder-id', list)

const enhance = (list: HTMLElement) => {
  const url = list.dataset.reorderUrl
  if (!url) return
  list.classList.add('order-ready')

  const settle = (item: HTMLElement) => {
    refreshButtons(list)
    say(list, item)
    save(url, list).catch(() => {
      const status = one('data-reorder-status')
      if (status) status.textContent = status.dataset.failed ?? ''
      setTimeout(() => {
        location.reload()
      }, 2500)
    })
  }

  const move = (item: HTMLElement, direction: string) => {
    const items = itemsOf(list)
    const other = items[items.indexOf(item) + (direction === 'up' ? -1 : 1)]
    if (!other) return
    if (direction === 'up') other.before(item)
    else other.after(item)
    settle(item)
  }

  for (const item of itemsOf(list)) {
    one('data-reorder-move', item)?.addEventListener('submit', event => {
      event.preventDefault()
      const button = event.submitter as HTMLButtonElement | null
      if (!button || button.getAttribute('aria-disabled') === 'true') return
      move(item, button.value)
      button.focus()
    })
    const handle = one('data-reorder-handle', item)
    handle?.addEventListener('keydown', event => {
      if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
      event.preventDefault()
      move(item, event.key === 'ArrowUp' ? 'up' : 'down')
      handle.focus()
    })
  }

  Sortable.create(list, {
    handle: '[data-reorder-handle]',
    draggable: '[data-reorder-id]',
    ghostClass: 'order-ghost',
    animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 150,
    onEnd: ({ item, oldIndex, newIndex }) => {
      if (oldIndex !== newIndex) settle(item)
    },
  })
}

const refreshButtons = (list: HTMLElement) => {
  const items = itemsOf(list)
  items.forEach((item, place) => {
    const disable = (direction: string, off: boolean) => {
      const button = item.querySelector(`button[name="move"][value="${direction}"]`)
      if (off) button?.setAttribute('aria-disabled', 'true')
      else button?.removeAttribute('aria-disabled')
    }
    disable('up', place === 0)
    disable('down', place === items.length - 1)
  })
}

const say = (list: HTMLElement, item: HTMLElement) => {
  const status = one('data-reorder-status')
  if (!status) return
  const items = itemsOf(list)
  status.textContent = (status.dataset.moved ?? '')
    .replace('__name__', () => item.dataset.reorderName ?? '')
    .replace('__place__', String(items.indexOf(item) + 1))
    .replace('__total__', String(items.length))
}

const save = async (url: string, list: HTMLElement) => {
  const body = new URLSearchParams({ _csrf: csrfToken() })
  for (const item of itemsOf(list)) body.append('order[]', item.dataset.reorderId ?? '')
  // Kept alive: whoever leaves the page right after has moved it all the same.
  const response = await fetch(url, { method: 'POST', body, redirect: 'manual', keepalive: true })
  // A redirect would be to the sign-in page: nothing was saved.
  if (!response.ok) throw new Error(String(response.status))
}
