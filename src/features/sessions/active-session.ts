import type { Redis } from 'ioredis'
import type { Clock } from '../../platform/clock.ts'
import { evaluate } from '../../platform/redis/evaluate.ts'
import { scripts, type Transition } from './transitions.ts'

export type AccountKey = { tenantId: string; accountId: number }
export type Standing = { since: Date; lastActive: Date }
export type Claim = { claimed: true } | { claimed: false; standing: Standing }

/** Why a session is over. */
export type Ending =
  | 'idle'
  | 'limit'
  | 'closed'
  | 'lost'
  | 'elsewhere'
  | 'administrator'
  | 'password'
  | 'guessed'
  | 'deactivated'
  | 'suspended'
  | 'signed-out'

/** What a claim brings along: the session's id, its browser, and the tenant's rules as they are now. */
export type Claimant = {
  session: string
  device: string
  idleMs: number
  policy: 'block' | 'take-over'
  remembered: boolean
}
type Rules = { autoLogoutMinutes: number; rememberMe: boolean }
/** `leftMs`: until the session ends by itself. */
export type Touched = { live: true; leftMs: number; remembered: boolean } | { live: false; because: Ending }

/**
 * How long a session lasts if nobody does anything: `leftMs`. From `askFromMs` before the end its owner is asked; `final`
 * says that the end is the absolute limit, which nothing puts off.
 */
export type Lasting = { leftMs: number; askFromMs: number; final: boolean }

const longestWarning = 60_000

/** `tell`: makes every open page of an account ask whether its session still is the live one. */
type Needs = { redis: Redis; clock: Clock; tell?: (account: AccountKey) => Promise<void> }

/**
 * Redis `active:<tenant>:<account>` says which session of an account is live. Facts, not habits: a request whose session
 * is not that one, or whose time is up, is signed out, whatever its own data say.
 */
export const createActiveSessions = ({ redis, clock, tell = () => Promise.resolve() }: Needs) => {
  const run = (transition: Transition, account: AccountKey, ...args: (string | number)[]) =>
    evaluate(redis, scripts[transition], keyOf(account), [clock().getTime(), ...args])

  /** The rules have changed for one account's live session. One that is over stays so. */
  const retime = async (account: AccountKey, idleMs: number, rememberAllowed: boolean): Promise<void> => {
    await run('retime', account, idleMs, flag(rememberAllowed))
  }

  return {
    /**
     * Makes `session` the account's live one, unless another browser holds a live one and the tenant's policy is to
     * block. The same browser (`device`) replaces its own older session, so that a crash locks nobody out.
     */
    claim: async (account: AccountKey, claimant: Claimant): Promise<Claim> => {
      const { session, device, idleMs, policy, remembered } = claimant
      const answer = await run('claim', account, session, device, idleMs, policy, flag(remembered))
      const [outcome, since, last] = answer as string[]
      if (outcome === 'claimed') {
        await tell(account)
        return { claimed: true }
      }
      return { claimed: false, standing: { since: new Date(Number(since)), lastActive: new Date(Number(last)) } }
    },

    /**
     * Whether `session` is the live one.
     * @param active the person did something just now (not a page by itself)
     * @param page the id of the page that will be the answer, so that leaving the one before it closes nothing
     */
    touch: async (
      account: AccountKey,
      session: string,
      { active, page = '' }: { active: boolean; page?: string | undefined },
    ): Promise<Touched> => {
      const answer = await run('touch', account, session, flag(active), page)
      const [state, leftMs, remembered] = answer as [string, number, string]
      if (state !== 'live') return { live: false, because: state as Ending }
      return { live: true, leftMs, remembered: remembered === '1' }
    },

    /**
     * A page says that it is open.
     * @param active the person did something
     * @param visible whether the page is in sight; a browser whose pages all are in the background may fall silent for longer
     * @returns how long the session lasts; null when it is over
     */
    beat: async (
      account: AccountKey,
      session: string,
      page: string,
      active: boolean,
      visible = true,
    ): Promise<Lasting | null> => {
      const answer = await run('beat', account, session, page, flag(active), flag(visible))
      if (!answer) return null
      const [idleLeft, limitLeft, idle] = answer as [number, number, number]
      const final = limitLeft < idleLeft
      return { leftMs: final ? limitLeft : idleLeft, final, askFromMs: Math.min(longestWarning, idle / 2) }
    },

    /** A page is about to be left, or so it seems to it. Where its stream breaks now, it was. */
    leaving: async (account: AccountKey, session: string, page: string): Promise<void> => {
      await run('leaving', account, session, page)
    },

    /** A page has been left. The last one's leaving ends the session after a grace of 3 s, unless a page is heard of. */
    close: async (account: AccountKey, session: string, page: string): Promise<void> => {
      await run('close', account, session, page)
    },

    /** The page that was asked for took long: how long it may be on its way counts from its answer. */
    answered: async (account: AccountKey, session: string, page: string): Promise<void> => {
      await run('answered', account, session, page)
    },

    /** The answer to a request was no page (a download, a redirect), so none is on its way. */
    unpage: async (account: AccountKey, session: string, page: string): Promise<void> => {
      await run('unpage', account, session, page)
    },

    /** The browser has opened its event stream, in place of any other that it had. */
    watch: async (account: AccountKey, session: string, stream: string): Promise<void> => {
      await run('watch', account, session, stream)
    },

    /**
     * The browser's end of that stream is gone. Where a page was visible and says nothing more, the account is free after 5 s and the
     * session over after 9 s (3 s where the page had said that it was being left); where all were in the background, the lease goes on.
     */
    unwatch: async (account: AccountKey, session: string, stream: string): Promise<void> => {
      await run('unwatch', account, session, stream)
    },

    /** Ends `session` if it is the live one; without a session named, whichever is live. @returns whether one was ended */
    end: async (account: AccountKey, because: Ending, session = ''): Promise<boolean> => {
      const ended = (await run('end', account, session, because)) === 1
      if (ended) await tell(account)
      return ended
    },

    retime,

    /** How many sessions have neither ended nor run out; one that was lost is among them until it runs out. */
    count: async (): Promise<number> => {
      let live = 0
      for await (const keys of redis.scanStream({ match: 'active:*', count: 1000 }) as AsyncIterable<string[]>) {
        if (keys.length === 0) continue
        const pipeline = redis.pipeline()
        for (const key of keys) pipeline.hexists(key, 'ended')
        live += ((await pipeline.exec()) ?? []).filter(([fault, ended]) => !fault && ended === 0).length
      }
      return live
    },

    /** The tenant's settings have changed: they hold for every session that is live, from now on. */
    retimeAll: async (tenantId: string, accountIds: readonly number[], { autoLogoutMinutes, rememberMe }: Rules) => {
      await Promise.all(
        accountIds.map(accountId => retime({ tenantId, accountId }, autoLogoutMinutes * 60_000, rememberMe)),
      )
    },

    /** Since when somebody is signed in and when they last did something; null when nobody is. */
    look: async (account: AccountKey): Promise<Standing | null> => {
      const [state, since, last] = (await run('look', account)) as [string, string, string]
      return state === 'live' ? { since: new Date(Number(since)), lastActive: new Date(Number(last)) } : null
    },
  }
}
export type ActiveSessions = ReturnType<typeof createActiveSessions>

const keyOf = ({ tenantId, accountId }: AccountKey) => `active:${tenantId}:${accountId}`
const flag = (yes: boolean) => (yes ? '1' : '0')
