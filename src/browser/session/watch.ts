import { keepDrafts } from '../drafts/keep.ts'
import { followActivity } from './activity.ts'
import { createCountdown } from './countdown.ts'
import { blank, createServer, veil } from './server.ts'
import type { Listen } from './stream.ts'

const heartbeatMs = 40_000
const retryMs = 5000
/** The stream has broken: the server takes the browser for closed if it hears nothing more for some seconds. */
const hurry = { forMs: 12_000, retryMs: 400, patienceMs: 2500 }
/** A page that is still there so long after it seemed to be left stays: it was a download. */
const stayedMs = 1500
/** A timer that comes so late tells that the computer slept. */
const sleptMs = 5000

/** What the tabs of one browser tell each other: when the session ends, or to ask the server. */
type End = { session: string; endsAt: number; from: number; final: boolean }
type Message = End | 'ask'

/**
 * Knows how long the session lasts, by the server's word only; asks before it ends, and at its end leaves nothing on the
 * screen. Works in every tab alike, whichever of them learns of a change first.
 */
export const watchSession = (listen: Listen) => {
  const dialog = document.querySelector<HTMLDialogElement>('dialog[data-countdown]')
  if (!dialog) {
    // A page of nobody: whoever is still shown in another tab should ask.
    new BroadcastChannel('ostoja-session').postMessage('ask')
    return
  }
  const { owner = '', ticket = '', token = '' } = dialog.dataset
  const server = createServer({ owner, ticket, token, hasTyped: () => drafts.hasTyped() })
  const drafts = keepDrafts(server)
  let channel = openChannel()
  let end: End = { session: '', endsAt: Infinity, from: 0, final: false }
  let lastTick = Date.now()
  let over = false
  let atEnd: ReturnType<typeof setTimeout> | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  let hurryUntil = 0
  /** What the person did and the server could not be told yet. */
  let untold = false
  let leaving = false
  let stayed: ReturnType<typeof setTimeout> | undefined

  function openChannel() {
    const opened = new BroadcastChannel('ostoja-session')
    opened.addEventListener('message', (event: MessageEvent<Message>) => {
      if (event.data !== 'ask' && event.data.session === end.session) learn(event.data)
      else void ask()
    })
    return opened
  }

  function learn(told: End) {
    end = told
    clearTimeout(atEnd)
    atEnd = setTimeout(tick, Math.max(0, end.endsAt - Date.now()))
    show()
  }
  function show() {
    countdown.show(end.endsAt - Date.now(), end.from, end.final)
  }

  function leave(to: string) {
    over = true
    drafts.flush()
    blank()
    location.replace(to)
  }

  async function ask(active = false) {
    if (over) return
    clearTimeout(again)
    untold ||= active
    const telling = untold
    const askedAt = Date.now()
    const answer = await server.beat(telling, askedAt < hurryUntil ? hurry.patienceMs : undefined)
    // Another tab may have been first, or the page has been left meanwhile.
    if (over as boolean) return
    if (answer.state === 'live') {
      const { session, leftMs, askFromMs, final } = answer
      if (telling) untold = false
      learn({ session, endsAt: askedAt + leftMs, from: askFromMs, final })
      veil(false)
      channel.postMessage(end)
    } else if (answer.state === 'over') {
      channel.postMessage('ask')
      leave('/signed-out')
    } else if (answer.state === 'other') leave('/')
    else {
      clearTimeout(again)
      again = setTimeout(() => void ask(), Date.now() < hurryUntil ? hurry.retryMs : retryMs)
    }
  }

  function tick() {
    const now = Date.now()
    const slept = now - lastTick > sleptMs
    lastTick = now
    if (over || end.endsAt === Infinity) return
    if (now >= end.endsAt) veil(true)
    if (now >= end.endsAt || slept) void ask()
    else show()
  }

  const stay = () => void ask(true)
  const countdown = createCountdown(dialog, stay)
  followActivity(stay, countdown.isOpen)
  setInterval(tick, 1000)
  setInterval(() => void ask(), heartbeatMs)
  void ask()

  listen(({ what }) => {
    if (what === 'broken') hurryUntil = Date.now() + hurry.forMs
    // What is being left finds out by the page that comes.
    if (what === 'broken' || (what === 'over' && !leaving)) void ask()
  })
  window.addEventListener('online', () => void ask())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') {
      if (!over && !leaving) server.hide()
      return
    }
    tick()
    void ask()
  })
  // Before the next page is asked for, so that it can offer what was typed up to now.
  window.addEventListener('beforeunload', event => {
    if (over) return
    if (drafts.wouldLose()) event.preventDefault() // the browser asks its person
    server.leaving()
    drafts.flush()
    leaving = true
    clearTimeout(stayed)
    stayed = setTimeout(() => {
      leaving = false
      void ask()
    }, stayedMs)
  })
  window.addEventListener('pagehide', event => {
    if (over) return
    leaving = true
    drafts.flush()
    server.leave()
    // An open channel would keep the page out of the back/forward cache; what comes back out of it comes back hidden.
    channel.close()
    if (event.persisted) veil(true)
  })
  window.addEventListener('pageshow', event => {
    if (!event.persisted) return
    veil(true)
    leaving = false
    channel = openChannel()
    server.shownAgain()
    void ask()
  })
}
