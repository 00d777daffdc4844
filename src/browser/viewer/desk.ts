import { h, icon } from './dom.ts'
import type { Opened } from './door.ts'
import type { Hit } from './search.ts'
import { personCard } from './person-card.ts'
import { askToPrint, printPerson } from './printing.ts'
import type { Screen } from './screen.ts'
import { formatDay, formatMoment, t } from './words.ts'

/** Results drawn at a time; more come by a button, so that 100,000 people cost no more than 50. */
const PAGE = 50
const DAY = 24 * 60 * 60 * 1000
/** Days after which the export says that a newer one may exist. */
const STALE_DAYS = 7

type State = { query: string; limit: number; total: number; hits: Hit[]; chosen: number | null; card: Node | null }

/** The opened export: search on one side, whom to call on the other. */
export const showDesk = (screen: Screen, { engine, manifest, clients, lock }: Opened) => {
  const state: State = { query: '', limit: PAGE, total: 0, hits: [], chosen: null, card: null }
  let asked = 0

  const find = async () => {
    const turn = ++asked
    const { total, hits } = await engine.search(state.query, state.limit)
    if (turn !== asked) return
    Object.assign(state, { total, hits })
    drawResults()
  }

  const choose = async (at: number) => {
    const client = await engine.client(at)
    if (!client) return
    const card = () => personCard(client, manifest, () => printPerson(client, manifest), leave)
    if (state.chosen === null) history.pushState({ person: true }, '')
    Object.assign(state, { chosen: at, card: card() })
    redrawCard = card
    drawCard()
    document.querySelector<HTMLElement>('.person h1')?.focus()
    for (const item of document.querySelectorAll('.results [data-at]'))
      item.setAttribute('aria-current', String(item.getAttribute('data-at') === String(at)))
  }
  let redrawCard: (() => Node) | null = null

  /** Back to the list, by button, key or the phone's own back. */
  const leave = () => history.back()
  const left = () => {
    const at = state.chosen
    Object.assign(state, { chosen: null, card: null })
    redrawCard = null
    drawCard()
    document.querySelector<HTMLElement>(`.results [data-at="${at}"]`)?.focus()
  }

  const end = () => {
    removeEventListener('popstate', left)
    removeEventListener('keydown', onKey)
    document.getElementById('print')?.remove()
    lock()
  }

  const onKey = (event: KeyboardEvent) => {
    const typing = event.target instanceof HTMLInputElement
    if (event.key === '/' && !typing) {
      event.preventDefault()
      field()?.focus()
    } else if (event.key === 'Escape' && state.chosen !== null && !document.querySelector('dialog[open]')) leave()
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') step(event)
  }

  /** Arrow keys walk from the search field through the results. */
  const step = (event: KeyboardEvent) => {
    const stops = [field(), ...document.querySelectorAll<HTMLElement>('.results button')]
    const here = stops.indexOf(document.activeElement as HTMLInputElement)
    if (here < 0) return
    event.preventDefault()
    stops[here + (event.key === 'ArrowDown' ? 1 : -1)]?.focus()
  }

  const field = () => document.getElementById('search') as HTMLInputElement | null

  const drawResults = () => {
    const { query, total, hits } = state
    const count = t(query.trim() ? 'search.found' : 'search.all', { count: total })
    document.getElementById('count')?.replaceChildren(total === 0 ? t('search.none') : count)
    screen.announce(total === 0 ? t('search.none') : count)
    document
      .getElementById('results')
      ?.replaceChildren(
        total === 0
          ? h('p', { class: 'quiet empty' }, t('search.noneText'))
          : h(
              'ul',
              { class: 'results', 'aria-label': t('search.results') },
              ...hits.map(hit => h('li', {}, result(hit))),
            ),
        hits.length < total ? more() : '',
      )
    const all = document.getElementById('print-all')
    all?.replaceChildren(icon('print'), t(query.trim() ? 'print.found' : 'print.all'))
    all?.toggleAttribute('disabled', total === 0)
  }

  const more = () =>
    h(
      'div',
      { class: 'more' },
      h('span', { class: 'quiet' }, t('search.shown', { shown: state.hits.length, total: state.total })),
      h(
        'button',
        {
          type: 'button',
          onclick: async () => {
            const next = state.hits.length
            state.limit += PAGE
            await find()
            document.querySelectorAll<HTMLElement>('.results button')[next]?.focus()
          },
        },
        t('search.more'),
      ),
    )

  const result = ({ at, name, fileNumber, birthDate, alerts, via }: Hit) =>
    h(
      'button',
      {
        type: 'button',
        class: 'result',
        'data-at': String(at),
        'aria-current': String(at === state.chosen),
        onclick: () => void choose(at),
      },
      h('span', { class: 'result-name', dir: 'auto' }, name),
      alerts > 0 &&
        h(
          'span',
          { class: 'result-alert' },
          icon('alert'),
          h('span', { class: 'visually-hidden' }, t('person.alerts')),
        ),
      h(
        'span',
        { class: 'quiet result-facts' },
        [fileNumber, birthDate && formatDay(birthDate)].filter(Boolean).join(' · '),
      ),
      via !== '' && h('span', { class: 'quiet result-via' }, t('search.viaContact', { name: via })),
    )

  const drawCard = () => {
    document.querySelector('.desk')?.classList.toggle('desk-person', state.card !== null)
    document
      .getElementById('person')
      ?.replaceChildren(state.card ?? h('p', { class: 'quiet choose' }, icon('call'), t('person.choose')))
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

  const page = () => {
    if (redrawCard) state.card = redrawCard()
    queueMicrotask(() => {
      drawResults()
      drawCard()
    })
    return h(
      'main',
      { class: 'desk' },
      h(
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
          h('button', {
            type: 'button',
            id: 'print-all',
            onclick: () => askToPrint(engine, state.query, state.total, manifest),
          }),
        ),
        h('div', { id: 'results' }),
      ),
      h('section', { id: 'person', class: 'person-pane', 'aria-live': 'off' }),
    )
  }

  const tools = () => {
    const days = Math.max(0, Math.floor((Date.now() - Date.parse(manifest.createdAt)) / DAY))
    const age = days === 0 ? t('age.today') : t('age.day', { count: days })
    return [
      h(
        'div',
        { class: 'about' },
        h('span', { class: 'organisation', dir: 'auto' }, manifest.organisation),
        h(
          'span',
          { class: days > STALE_DAYS ? 'age stale' : 'age', title: days > STALE_DAYS ? t('age.stale') : undefined },
          days > STALE_DAYS && icon('alert'),
          h('span', {}, `${t('door.made', { date: formatMoment(manifest.createdAt) })}, ${age}`),
        ),
      ),
      h('button', { type: 'button', class: 'lock', onclick: end }, icon('lock'), t('lock')),
    ]
  }

  addEventListener('popstate', left)
  addEventListener('keydown', onKey)
  screen.show(page, tools)
  field()?.focus()
  screen.announce(t('search.all', { count: clients }))
  void find()
}
