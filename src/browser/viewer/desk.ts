import { about } from './about.ts'
import { h, icon } from './dom.ts'
import type { Opened } from './door.ts'
import type { Found } from './engine.ts'
import { whenIdle } from './idle.ts'
import { showOpeningCode } from './opening-code.ts'
import { personCard } from './person-card.ts'
import { askToPrint, printPerson } from './printing.ts'
import { markChosen, resultsList, stepTo, walkedTo, walkResults } from './results.ts'
import type { Screen } from './screen.ts'
import { t } from './words.ts'

/** Results drawn at a time; more come by a button, so that 100,000 people cost no more than 50. */
const PAGE = 50

type State = {
  query: string
  limit: number
  /** Null until the first search has answered. */
  found: Found | null
  /** Who is shown, and how to draw that card again in another language. */
  chosen: { at: number; card: () => Node } | null
}

/** The opened export: search on one side, whom to call on the other. */
export const showDesk = (screen: Screen, { engine, manifest, lock }: Opened) => {
  const state: State = { query: '', limit: PAGE, found: null, chosen: null }
  let asked = 0

  const find = async () => {
    const turn = ++asked
    const found = await engine.search(state.query, state.limit)
    // A slower answer to an earlier letter.
    if (turn !== asked) return
    state.found = found
    drawResults()
  }

  const showMore = async () => {
    const next = state.limit
    state.limit += PAGE
    await find()
    document.querySelectorAll<HTMLElement>('.results button')[next]?.focus()
  }

  const choose = async (at: number) => {
    const client = await engine.client(at)
    if (!client) return
    if (state.chosen === null) history.pushState({ person: true }, '')
    const print = () => printPerson(client, manifest)
    state.chosen = { at, card: () => personCard(client, manifest, print, leave) }
    drawCard()
    document.querySelector<HTMLElement>('.person h1')?.focus()
  }

  /** Back to the list, by button, key or the phone's own back. */
  const leave = () => history.back()
  const left = () => {
    const at = state.chosen?.at
    state.chosen = null
    drawCard()
    if (at !== undefined) document.querySelector<HTMLElement>(`.results [data-at="${at}"]`)?.focus()
  }

  const end = (because?: 'idle') => {
    stopWatching()
    removeEventListener('popstate', left)
    removeEventListener('keydown', onKey)
    for (const open of document.querySelectorAll('#print, dialog')) open.remove()
    lock(because)
  }
  const stopWatching = whenIdle(because => end(because === 'idle' ? because : undefined))

  const onKey = (event: KeyboardEvent) => {
    const typing = event.target instanceof HTMLInputElement
    if (event.key === '/' && !typing) {
      event.preventDefault()
      field()?.focus()
    } else if (event.key === 'Escape' && state.chosen !== null && !document.querySelector('dialog[open]')) leave()
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') walkResults(field(), event)
  }

  const field = () => document.getElementById('search') as HTMLInputElement | null

  const drawResults = () => {
    const { found, query, chosen } = state
    if (!found) return
    const asking = query.trim() !== ''
    const nobody = found.total === 0
    const count = nobody ? t('search.none') : t(asking ? 'search.found' : 'search.all', { count: found.total })
    document.getElementById('count')?.replaceChildren(count)
    screen.announce(count)
    const list = resultsList(
      found,
      chosen?.at ?? null,
      at => void choose(at),
      () => void showMore(),
    )
    const walked = walkedTo()
    document.getElementById('results')?.replaceChildren(...list)
    // An answer to the last letters may come while somebody walks the list of the first ones.
    if (walked >= 0) stepTo(walked)
    const all = document.getElementById('print-all')
    all?.replaceChildren(icon('print'), t(asking ? 'print.found' : 'print.all'))
    all?.toggleAttribute('disabled', nobody)
  }

  const drawCard = () => {
    const { chosen } = state
    document.querySelector('.desk')?.classList.toggle('desk-person', chosen !== null)
    const card = chosen?.card() ?? h('p', { class: 'quiet choose' }, icon('call'), t('person.choose'))
    document.getElementById('person')?.replaceChildren(card)
    markChosen(chosen?.at ?? null)
  }

  const searchField = () => {
    const input = h('input', {
      id: 'search',
      type: 'search',
      autocomplete: 'off',
      spellcheck: 'false',
      enterkeyhint: 'search',
      'aria-describedby': 'search-hint',
      oninput: event => {
        Object.assign(state, { query: (event.target as HTMLInputElement).value, limit: PAGE })
        void find()
      },
    })
    input.value = state.query
    return h('div', { class: 'search-field' }, icon('search'), input)
  }

  const finder = () => {
    const printAll = () => askToPrint(engine, state.query, state.found?.total ?? 0, manifest)
    return h(
      'section',
      { class: 'finder', 'aria-label': t('search.label') },
      h('h1', { class: 'visually-hidden' }, t('name')),
      h('label', { for: 'search' }, t('search.label')),
      searchField(),
      h('p', { id: 'search-hint', class: 'quiet hint' }, t('search.hint')),
      h(
        'div',
        { class: 'count-line' },
        h('h2', { id: 'count' }),
        h('button', { type: 'button', id: 'print-all', onclick: printAll }),
      ),
      h('div', { id: 'results' }),
    )
  }

  const page = () => {
    // The parts are filled once they stand in the document.
    queueMicrotask(() => {
      drawResults()
      drawCard()
    })
    return h('main', { class: 'desk' }, finder(), h('section', { id: 'person', class: 'person-pane' }))
  }
  const tools = () => [
    about(manifest),
    h(
      'button',
      { type: 'button', class: 'code-button', onclick: () => showOpeningCode(manifest) },
      icon('check'),
      t('code.button'),
    ),
    h('button', { type: 'button', class: 'lock', onclick: () => end() }, icon('lock'), t('lock')),
  ]

  addEventListener('popstate', left)
  addEventListener('keydown', onKey)
  screen.show(page, tools)
  field()?.focus()
  void find()
}
