import type { Copies, Plan } from './facts.ts'

/** How things stand: good, due to be done, or bad. */
export type State = 'good' | 'due' | 'bad'
export type Sign = {
  /** The part of the catalogue that says it: `readiness:<name>.title`, `readiness:<name>.<variant>`. */
  name: string
  state: State
  variant: string
  values: Record<string, string | number>
  /** When what is told of happened; shown by the page in the reader's language. */
  at: Date | null
  /** Where the reader mends it; null where the reader cannot, and the text says who or where. */
  href: string | null
  /** What the button says, of the same part of the catalogue; `mend` where it is left out. */
  button?: string
}

const dayMs = 24 * 60 * 60_000
export const daysSince = (at: Date, now: Date) => Math.max(0, Math.floor((now.getTime() - at.getTime()) / dayMs))
export const graded = (days: number, good: number, due: number): State =>
  days < good ? 'good' : days < due ? 'due' : 'bad'
export const never = (name: string, href: string | null, variant = 'never'): Sign => ({
  name,
  state: 'bad',
  variant,
  values: {},
  at: null,
  href,
})

/** @param freshDays the organisation's interval; past twice of it the last export is bad */
export const exportSign = (lastMade: Date | null, freshDays: number, now: Date): Sign => {
  if (!lastMade) return never('export', '/exports/new')
  const count = daysSince(lastMade, now)
  const state = graded(count, freshDays, 2 * freshDays)
  return { name: 'export', state, variant: 'last', values: { count }, at: lastMade, href: '/exports/new' }
}

/** The same for the newest one of which a copy lies in the backup store; one that could not be copied is never good. */
export const copiesSign = ({ storedOf, failing }: Copies, { everyDays, freshDays }: Plan, now: Date): Sign => {
  const sign = { name: 'copies', values: { count: storedOf ? daysSince(storedOf, now) : 0 }, at: storedOf }
  const aged = storedOf ? graded(sign.values.count, freshDays, 2 * freshDays) : 'bad'
  if (failing) {
    const [state, variant] = [aged === 'bad' ? 'bad' : 'due', storedOf ? 'failed' : 'failedNever'] as const
    return { ...sign, state, variant, href: `/exports/${failing}`, button: 'mendFailed' }
  }
  if (everyDays === 0)
    return storedOf
      ? { ...sign, state: aged, variant: 'unplanned', href: '/exports/plan', button: 'mendPlan' }
      : { ...sign, state: 'due', variant: 'none', href: '/exports/plan', button: 'mendPlan' }
  if (!storedOf) return { ...sign, state: 'due', variant: 'waiting', href: '/exports' }
  return { ...sign, state: aged, variant: 'last', href: '/exports' }
}

/** A proof is good for so long: people move, and keys and passphrases get lost. */
export const proofDays = { good: 31, due: 92 }

export const proofSign = (lastProved: Date | null, now: Date): Sign => {
  if (!lastProved) return never('proof', '/exports/proofs')
  const count = daysSince(lastProved, now)
  return {
    name: 'proof',
    state: graded(count, proofDays.good, proofDays.due),
    variant: 'last',
    values: { count },
    at: lastProved,
    href: '/exports/proofs',
  }
}

/** Twice a year, as with fire drills. */
export const drillDays = { good: 183, due: 365 }

export const drillSign = (lastPassed: Date | null, now: Date): Sign => {
  if (!lastPassed) return { ...never('drill', '/drills'), state: 'due' }
  const count = daysSince(lastPassed, now)
  return {
    name: 'drill',
    state: graded(count, drillDays.good, drillDays.due),
    variant: 'last',
    values: { count },
    at: lastPassed,
    href: '/drills',
  }
}

/** Whether officers' keys are there that exports can be sealed to without a passphrase. */
export const officerKeysSign = (inUse: number, oldest: Date | null, now: Date): Sign =>
  oldest === null
    ? { name: 'officerKeys', state: 'due', variant: 'none', values: {}, at: null, href: '/exports/keys' }
    : {
        name: 'officerKeys',
        state: graded(daysSince(oldest, now), officerKeyDays, 2 * officerKeyDays),
        variant: 'some',
        values: { count: inUse },
        at: oldest,
        href: '/exports/keys',
      }
/** Two years: about as long as a computer stays with its owner. */
const officerKeyDays = 730

/** @param count active accounts that nobody has signed in to for {@link sleepDays} */
export const accountsSign = (count: number, mayMend: boolean): Sign => ({
  name: 'accounts',
  state: count === 0 ? 'good' : 'due',
  variant: count === 0 ? 'none' : mayMend ? 'some' : 'askAdministrator',
  values: { count, days: sleepDays },
  at: null,
  href: mayMend ? '/accounts' : null,
})
export const sleepDays = 90

/** @param count contacts that nobody has confirmed within the organisation's interval */
export const toConfirmSign = (count: number, mayMend: boolean): Sign => ({
  name: 'toConfirm',
  state: count === 0 ? 'good' : 'due',
  variant: count === 0 ? 'none' : mayMend ? 'some' : 'askStaff',
  values: { count },
  at: null,
  href: mayMend ? '/contacts-to-confirm' : null,
})

/** @param count cases of broken glass that no officer has judged */
export const unjudgedSign = (count: number): Sign => ({
  name: 'unjudged',
  state: count === 0 ? 'good' : 'bad',
  variant: count === 0 ? 'none' : 'some',
  values: { count },
  at: null,
  href: '/break-glass/cases',
})
