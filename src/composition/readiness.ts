import type { Accounts } from '../features/accounts/index.ts'
import type { Backups } from '../features/backups/index.ts'
import type { Drills } from '../features/drills/index.ts'
import type { EmergencyContacts } from '../features/emergency-contacts/index.ts'
import type { EncryptionKeys, KeyDesk } from '../features/encryption-keys/index.ts'
import type { Exports } from '../features/exports/index.ts'
import { endsSoon } from '../features/installation/index.ts'
import type { Notices } from '../features/notices/index.ts'
import type { OfficerKeys } from '../features/officer-keys/index.ts'
import {
  badSigns,
  createReadiness,
  createReminders,
  readinessAttention,
  readinessRoutes,
  type InstallationFacts,
  type OrganisationFacts,
} from '../features/readiness/index.ts'
import type { RestrictedRecords } from '../features/restricted-records/index.ts'
import type { Tenants } from '../features/tenants/index.ts'
import type { Actor } from '../platform/actor.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/db/tenant.ts'
import type { Translations } from '../platform/i18n/translations.ts'
import type { Schedule, Tasks } from '../platform/jobs/jobs.ts'
import { keysToChoose } from './sealing.ts'

type Given = {
  db: Db
  clock: Clock
  translations: Translations
  rotationDays: number
  fileRotationDays: number
  /** When the certificate of the pages ends; null where this installation has none of its own. */
  certificateUntil: () => Promise<Date | null>
  accounts: Accounts
  backups: Backups
  contacts: EmergencyContacts
  drills: Drills
  encryptionKeys: EncryptionKeys
  exports: Exports
  /** The operators' desk of keys, which is made later. */
  keyDesk: () => KeyDesk
  notices: Notices
  officerKeys: OfficerKeys
  restricted: RestrictedRecords
  tenants: Tenants
}

/** Readiness is what all the others know of themselves: the page, the start page's part of it, and reminders. */
export const createReadinessFeature = ({ db, clock, translations, ...given }: Given) => {
  const { accounts, backups, contacts, drills, encryptionKeys, exports, notices, officerKeys, tenants } = given
  const inUse = keysToChoose(officerKeys)
  const organisation: OrganisationFacts = {
    organisation: tenants.standing,
    exportsMade: exports.made,
    plan: exports.plans.within,
    copies: exports.copies.standing,
    officerKeys: async actor => (await inUse(actor)).map(({ createdAt }) => createdAt),
    lastDrill: drills.lastPassedAt,
    toConfirm: async actor => (await contacts.countToConfirm(actor)).all,
    contactsLeft: (tenantId, days) => {
      const anybody: Actor = { tenantId, accountId: nobodysId, roles: [] }
      return db.asTenant(anybody, trx => contacts.areLeft(trx, anybody, days))
    },
    unjudgedCases: given.restricted.cases.countUnjudged,
    sleepingAccounts: accounts.sleeping,
  }
  const installation: InstallationFacts = {
    backup: backups.state,
    dataKeySince: encryptionKeys.dataKeySince,
    keysSince: async () => {
      const { rings, files } = await given.keyDesk().overview()
      const since = [files.root, files.pepper].map(({ keys }) => keys[0]?.since ?? null)
      const known = since.flatMap(at => at?.getTime() ?? [])
      return {
        data: new Date(Date.now() - rings.data.oldestMs),
        files: known.length === since.length ? new Date(Math.min(...known)) : null,
      }
    },
    rotationDays: given.rotationDays,
    fileRotationDays: given.fileRotationDays,
  }
  const reminders = createReminders({
    db,
    clock,
    facts: organisation,
    certificateEnding: async () => {
      const until = await given.certificateUntil()
      return until !== null && endsSoon(until, clock())
    },
    tell: notices.remind,
    settle: notices.settleForAll,
  })
  const tasks: Tasks = { 'readiness.remind': () => tenants.forEachOpen(reminders.run) }
  const schedule: Schedule = { 'readiness.remind': '52 * * * *' }

  const readiness = createReadiness({ db, clock, facts: { ...organisation, ...installation } })
  return {
    reminders,
    badSigns: badSigns(readiness, translations),
    attention: readinessAttention({ facts: organisation, translations, clock }),
    routes: readinessRoutes(readiness),
    tasks,
    schedule,
  }
}

/** No account has it: what it sees is what restricts nobody, so nobody is told by a reminder that a restricted record waits. */
const nobodysId = 0
