/** In milliseconds: when the session ends, and from when on its owner is asked; `final` when nothing puts the end off. */
export type Lasting = { leftMs: number; askFromMs: number; final: boolean; session: string }
export type Answer = ({ state: 'live' } & Lasting) | { state: 'over' | 'other' | 'unreachable' }

type Page = { owner: string; ticket: string; token: string; hasTyped: () => boolean }

/**
 * How a page talks to the server about its session. It names itself by its ticket; where its token is one of an earlier
 * session of the same person it gets the new one, so that what stands in its forms can still be sent.
 */
export const createServer = ({ owner, ticket, token, hasTyped }: Page) => {
  let current = token
  /** How many times this page has been shown: out of the back/forward cache it is another page to the server. */
  let shown = 0

  const report = (active: boolean, leaving = false) =>
    new URLSearchParams({
      _csrf: current,
      _page: ticket,
      _shown: String(shown),
      _active: active ? '1' : '0',
      _visible: document.visibilityState === 'visible' ? '1' : '0',
      _typed: hasTyped() ? '1' : '0',
      _leaving: leaving ? '1' : '0',
    })

  const renew = async (): Promise<'same' | Answer['state']> => {
    const response = await fetch('/sessions/current', { redirect: 'manual' })
    if (response.status === 401) return 'over'
    if (!response.ok) return 'unreachable'
    const now = (await response.json()) as { owner: string; token: string }
    if (now.owner !== owner) return 'other'
    current = now.token
    for (const field of document.querySelectorAll<HTMLInputElement>('input[name="_csrf"]')) field.value = current
    return 'same'
  }

  const beat = async (active: boolean, signal: AbortSignal | null, again = true): Promise<Answer> => {
    const asked = { method: 'POST', body: report(active), redirect: 'manual', signal } as const
    const response = await fetch('/sessions/heartbeat', asked)
    if (response.ok) return { state: 'live', ...((await response.json()) as Lasting) }
    if (response.status === 401) return { state: 'over' }
    if (response.status === 422) return { state: 'other' }
    if (response.status !== 403 || !again) return { state: 'unreachable' }
    const renewed = await renew()
    return renewed === 'same' ? beat(active, signal, false) : ({ state: renewed } as Answer)
  }

  return {
    /** @param withinMs gives up after so long */
    beat: (active: boolean, withinMs?: number): Promise<Answer> =>
      beat(active, withinMs ? AbortSignal.timeout(withinMs) : null).catch(() => ({ state: 'unreachable' as const })),
    /** The page goes out of sight, and may be stopped there: as on a phone whose owner looks at something else. */
    hide: () => navigator.sendBeacon('/sessions/heartbeat', report(false)),
    /** The page seems to be about to be left. The browser may end before it can say that it was. */
    leaving: () => navigator.sendBeacon('/sessions/close', report(false, true)),
    /** The page is being left, for another one or for good; the server finds out which. */
    leave: () => navigator.sendBeacon('/sessions/close', report(false)),
    shownAgain: () => {
      shown++
    },
    renew: () => renew().catch(() => 'unreachable' as const),
  }
}
export type Server = ReturnType<typeof createServer>

/** Takes everything off the screen; what comes next is another page. */
export const blank = () => {
  document.title = 'Ostoja'
  document.body.replaceChildren()
}

/** Hides the page while it is not known whether its reader may still see it. */
export const veil = (hidden: boolean) => {
  document.documentElement.toggleAttribute('data-veiled', hidden)
}
