import type { Actor } from '../../platform/actor.ts'
import type { Clock } from '../../platform/clock.ts'
import {
  accountsSign,
  backupSign,
  dataKeySign,
  drillSign,
  exportSign,
  officerKeysSign,
  proofSign,
  sleepDays,
  toConfirmSign,
  unjudgedSign,
  type Sign,
} from './signs.ts'

/** What is known of each part; every one comes from its own feature. */
export type ReadinessFacts = {
  clock: Clock
  lastExport: (actor: Actor) => Promise<Date | null>
  freshDays: (actor: Actor) => Promise<number>
  lastProof: (actor: Actor) => Promise<Date | null>
  /** When each officer's key that is in use was registered. */
  officerKeys: (actor: Actor) => Promise<readonly Date[]>
  /** How things stand with the backups of the whole installation. */
  backup: () => Promise<{ right: boolean; provenAt: Date | null }>
  dataKeySince: (actor: Actor) => Promise<Date>
  rotationDays: number
  /** When a drill was last passed. */
  lastDrill: (actor: Actor) => Promise<Date | null>
  /** How many contacts nobody has confirmed within the organisation's interval. */
  toConfirm: (actor: Actor) => Promise<number>
  /** How many cases of broken glass wait for a judgement. */
  unjudgedCases: (actor: Actor) => Promise<number>
  /** How many active accounts nobody has signed in to since. */
  sleepingAccounts: (actor: Actor, since: Date) => Promise<number>
}

const dayMs = 24 * 60 * 60_000

/** Whether an organisation is ready for the day on which nothing works, part by part. */
export const createReadiness = (facts: ReadinessFacts) => {
  const { clock } = facts

  /** What concerns the whole installation, for its operators and for everybody who depends on it. */
  const ofInstallation = async (actor: Actor, now: Date): Promise<Sign[]> => [
    backupSign(await facts.backup(), now),
    dataKeySign(await facts.dataKeySince(actor), facts.rotationDays, now),
    accountsSign(
      await facts.sleepingAccounts(actor, new Date(now.getTime() - sleepDays * dayMs)),
      actor.roles.includes('administrator'),
    ),
  ]

  const ofOrganisation = async (actor: Actor, now: Date): Promise<Sign[]> => {
    const registered = await facts.officerKeys(actor)
    const oldest = registered.length > 0 ? new Date(Math.min(...registered.map(at => at.getTime()))) : null
    return [
      exportSign(await facts.lastExport(actor), await facts.freshDays(actor), now),
      proofSign(await facts.lastProof(actor), now),
      officerKeysSign(registered.length, oldest, now),
      drillSign(await facts.lastDrill(actor), now),
      toConfirmSign(await facts.toConfirm(actor), actor.roles.includes('staff')),
      unjudgedSign(await facts.unjudgedCases(actor)),
    ]
  }

  return {
    /** Every part that concerns the actor: an operator sees the installation's, and nothing of an organisation. */
    of: async (actor: Actor): Promise<Sign[]> => {
      const now = clock()
      const own = actor.roles.includes('security_officer') ? await ofOrganisation(actor, now) : []
      return [...own, ...(await ofInstallation(actor, now))]
    },
  }
}
export type Readiness = ReturnType<typeof createReadiness>
