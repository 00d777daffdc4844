import { hkdfSync } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Router } from 'express'
import type { Config } from './config.ts'
import { createExportReader, exportVocabulary } from './composition/emergency-export.ts'
import { createAccountFeatures } from './composition/accounts.ts'
import { createErasure } from './composition/erasure.ts'
import { accountPageRoutes } from './features/account-page/index.ts'
import { accountRoutes } from './features/accounts/index.ts'
import { clientRoutes, createClients, searchRoutes } from './features/clients/index.ts'
import { createDrafts, draftRoutes } from './features/drafts/index.ts'
import { createEmergencyContacts, emergencyContactRoutes } from './features/emergency-contacts/index.ts'
import { erasureRoutes } from './features/erasure/index.ts'
import { createExports, exportRoutes, loadViewer } from './features/exports/index.ts'
import { createImports, importRoutes, importTasks } from './features/imports/index.ts'
import { noticeAttention, noticeRoutes } from './features/notices/index.ts'
import { passwordResetRoutes } from './features/password-resets/index.ts'
import { createActiveSessions, sessionRoutes } from './features/sessions/index.ts'
import { createSettings, settingsRoutes } from './features/settings/index.ts'
import { createAttempts, createSignIn, signInRoutes } from './features/sign-in/index.ts'
import { startPageRoutes } from './features/start-page/index.ts'
import { createTenants } from './features/tenants/index.ts'
import { createApp as createWebApp } from './http/app.ts'
import { systemClock, type Clock } from './platform/clock.ts'
import { connect } from './platform/db/connect.ts'
import { pendingMigrations } from './platform/db/migrate.ts'
import { createDb } from './platform/db/tenant.ts'
import { createUnscoped } from './platform/db/unscoped.ts'
import { loadTranslations } from './platform/i18n/translations.ts'
import type { Schedule, Tasks } from './platform/jobs/jobs.ts'
import { createLog } from './platform/log.ts'
import { createMailer } from './platform/mail/mailer.ts'
import { connectRedis } from './platform/redis/connect.ts'
import { createKeyChecks } from './platform/vault/key-checks.ts'
import { readKeys } from './platform/vault/key-files.ts'
import { createKeyRings } from './platform/vault/key-ring.ts'
import { createPasswords } from './platform/vault/passwords.ts'
import { createVault } from './platform/vault/vault.ts'
import { loadAssets } from './platform/web/assets.ts'
import { createPageTickets } from './platform/web/page-ticket.ts'

/** What tests put in the place of the outside world. */
export type Replaced = { clock?: Clock }

/** The ground everything stands on: keys, database, Redis, log. Nothing connects before its first use. */
export const createPlatform = async (config: Config, { clock = systemClock }: Replaced = {}) => {
  const roots = await readKeys(config.rootKeysFile)
  const peppers = await readKeys(config.peppersFile)
  const log = createLog(config.logLevel)
  const redis = connectRedis(config.redisUrl, log)
  const knex = connect(config.databaseUrl)
  const db = createDb(knex)
  const keysDb = createDb(connect(config.databaseUrl, 2))
  const unscoped = createUnscoped(connect(config.signinDatabaseUrl, 4))
  const derive = (purpose: string, from = roots.current) =>
    Buffer.from(hkdfSync('sha256', from.key, '', `ostoja ${purpose}`, 32))

  return {
    config,
    clock,
    log,
    redis,
    db,
    unscoped,
    vault: createVault(createKeyRings(keysDb, roots)),
    passwords: createPasswords(peppers),
    keyChecks: createKeyChecks({
      db,
      unscoped,
      files: {
        root: { file: config.rootKeysFile, keys: roots },
        pepper: { file: config.peppersFile, keys: peppers },
      },
    }),
    /** Null where this installation sends no mail. */
    mailer: config.mail && createMailer(config.mail),
    derive,
    /** The first signs; cookies signed before a root key turned stay good. */
    sessionSecrets: roots.all.map(root => derive('session cookie', root).toString('base64')),
    checks: {
      database: async () => (await knex.raw('select 1')) !== undefined,
      migrations: async () => (await pendingMigrations(knex)).length === 0,
      redis: async () => Boolean(await redis.ping()),
    },
    close: async () => {
      await Promise.all([knex.destroy(), keysDb.close(), unscoped.close()])
      redis.disconnect()
    },
  }
}
export type Platform = Awaited<ReturnType<typeof createPlatform>>

/** Every feature with what it needs; features meet only here. */
export const createFeatures = (platform: Platform) => {
  const { config, clock, db, redis, derive } = platform
  const translations = loadTranslations()
  const sessions = createActiveSessions({ redis, clock })
  const tickets = createPageTickets(derive('page tickets'))
  const drafts = createDrafts(platform)
  const settings = createSettings({ db, apply: sessions.retimeAll })
  const tenants = createTenants(platform)
  const around = createAccountFeatures({
    ...platform,
    translations,
    endSession: (account, because) => sessions.end(account, because),
  })
  const { accounts, notices } = around
  const signIn = createSignIn({
    ...platform,
    sessions,
    rulesOf: settings.of,
    noteBlocked: async (trx, { tenantId, accountId }) => {
      await notices.notify(trx, tenantId, [accountId], 'sign-in-blocked')
      await notices.notify(trx, tenantId, { role: 'security_officer' }, 'sign-in-blocked', { accountId })
    },
    history: around.history,
    attempts: createAttempts(redis, derive('sign-in attempts')),
  })

  const contacts = createEmergencyContacts({ ...platform, lockClient: (...args) => clients.lockForChange(...args) })
  const clients = createClients({
    ...platform,
    accountNames: accounts.names,
    contactsOf: contacts.ofClient,
    havingContacts: contacts.havingContacts,
  })
  const exports = createExports({
    ...platform,
    directory: config.exportsDir,
    loadViewer: () => loadViewer(fileURLToPath(new URL('../build/viewer', import.meta.url))),
    vocabulary: exportVocabulary(translations),
    organisation: tenants.nameOf,
    readForExport: createExportReader({ db, clients, contacts }),
    countForExport: clients.countActive,
    accountNames: accounts.names,
  })

  const imports = createImports({ ...platform, clients })
  const erasures = createErasure({ ...platform, clients, accountNames: accounts.names })

  const routers: Router[] = [
    signInRoutes({
      signIn,
      endSession: sessions.end,
      pageToReturnTo: drafts.pageToReturnTo,
      setDraftsAside: drafts.setAside,
    }),
    sessionRoutes({ sessions, tickets, clock }),
    settingsRoutes(settings),
    draftRoutes({ drafts, tickets, clock }),
    startPageRoutes({ recentClients: clients.recent, attention: noticeAttention(notices, translations) }),
    accountRoutes({ ...around, standingOf: sessions.look }),
    accountPageRoutes({
      ...around,
      page: around.accountPage,
      details: actor => accounts.find(actor, actor.accountId ?? 0),
    }),
    passwordResetRoutes(around.passwordResets, around.mailed),
    noticeRoutes(notices),
    clientRoutes(clients, clock),
    searchRoutes(clients, clock),
    emergencyContactRoutes(contacts),
    exportRoutes(exports),
    importRoutes(imports),
    erasureRoutes(erasures, clock),
  ]
  const tasks: Tasks = {
    'export.make': exports.make,
    'exports.sweep': exports.sweep,
    'erasures.reconcile': erasures.reconcile,
    ...importTasks(imports),
    ...around.tasks,
  }
  const schedule: Schedule = { 'exports.sweep': '*/10 * * * *', 'erasures.reconcile': '*/10 * * * *' }

  return {
    platform,
    translations,
    db,
    tenants,
    accounts,
    sessions,
    settings,
    drafts,
    tickets,
    notices,
    clients,
    emergencyContacts: contacts,
    exports,
    imports,
    erasures,
    routers,
    tasks,
    schedule,
  }
}
export type Features = ReturnType<typeof createFeatures>

/**
 * What must be right before anything is served or worked off: the keys are this database's, the realm of the operators is
 * there, and nobody who was erased has come back with an older database.
 * @throws OperatorFault
 */
export const prepareToRun = async ({ platform, tenants, erasures }: Features): Promise<void> => {
  await platform.keyChecks.check()
  await tenants.prepareInstallation()
  await platform.keyChecks.remember()
  await erasures.reconcile()
}

/** The web application, the same in production and in tests. */
export const createApp = ({ platform, translations, sessions, drafts, tickets, accounts, routers }: Features) =>
  createWebApp({
    ...platform,
    sessions,
    drafts,
    tickets,
    routers,
    translations,
    asset: loadAssets(fileURLToPath(new URL('../public', import.meta.url))),
    trustedProxies: platform.config.trustedProxies,
    openName: accounts.openName,
  })
