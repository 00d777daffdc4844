import { fileURLToPath } from 'node:url'
import type { Router } from 'express'
import { createExportReader, exportVocabulary, exportWords } from './composition/emergency-export.ts'
import { createDrillFeature } from './composition/drills.ts'
import { createAccountFeatures } from './composition/accounts.ts'
import { createLogChain } from './composition/audit-chain.ts'
import { createBackupDesk } from './composition/backup-desk.ts'
import { openCopyStore, copyFailure } from './composition/export-copies.ts'
import { createInstallationBackups } from './composition/backups.ts'
import { addMetrics } from './composition/metrics.ts'
import { createKeyTurning, sealedColumns } from './composition/encryption-keys.ts'
import { createDesk } from './composition/desk.ts'
import { createErasure } from './composition/erasure.ts'
import { createMessageFeature } from './composition/messages.ts'
import { createLog } from './composition/audit-log.ts'
import { createAgeFiles, createSealing, keysToChoose, pdfForms } from './composition/sealing.ts'
import { createReadinessFeature } from './composition/readiness.ts'
import { createRestrictedRecordFeature } from './composition/restricted-records.ts'
import { createPlatform, type Platform, type Replaced } from './composition/platform.ts'
import { createGuessedSessionEnding, createProving } from './composition/proving.ts'
import { announcementRoutes } from './features/announcements/index.ts'
import { accountPageRoutes } from './features/account-page/index.ts'
import { accountRoutes } from './features/accounts/index.ts'
import { attachmentRoutes, createAttachments } from './features/attachments/index.ts'
import {
  accessRoutes,
  logExportRoutes,
  logPrintRoutes,
  logRoutes,
  unusualAttention,
  unusualRoutes,
  watchingRoutes,
} from './features/audit-log/index.ts'
import {
  clientRoutes,
  createClients,
  newClientRoutes,
  searchRoutes,
  spoken,
  type Clients,
} from './features/clients/index.ts'
import { drillRoutes } from './features/drills/index.ts'
import { createDrafts, draftAttention, draftRoutes } from './features/drafts/index.ts'
import { createEmergencyCards, emergencyCardRoutes } from './features/emergency-cards/index.ts'
import { createEmergencySheets, emergencySheetRoutes } from './features/emergency-sheets/index.ts'
import {
  confirmationAttention,
  createEmergencyContacts,
  emergencyContactRoutes,
  readFirstContacts,
} from './features/emergency-contacts/index.ts'
import { keyRoutes } from './features/encryption-keys/index.ts'
import { erasureRoutes } from './features/erasure/index.ts'
import {
  approvalRoutes,
  createExports,
  exportAttention,
  exportRoutes,
  loadViewer,
  planRoutes,
} from './features/exports/index.ts'
import { createGroups, groupRoutes } from './features/groups/index.ts'
import { createImports, importRoutes, importTasks } from './features/imports/index.ts'
import { createOfficerKeys, officerKeyRoutes } from './features/officer-keys/index.ts'
import { installationRoutes } from './features/installation/index.ts'
import { jobRoutes } from './features/jobs/index.ts'
import { createMailKeys, mailKeyRoutes } from './features/mail-keys/index.ts'
import { noticeAttention, noticeRoutes } from './features/notices/index.ts'
import { passwordResetRoutes } from './features/password-resets/index.ts'
import { createActiveSessions, sessionRoutes, streamRoutes } from './features/sessions/index.ts'
import { attentionOfCases, breakGlassRoutes, restrictionRoutes } from './features/restricted-records/index.ts'
import { createSettings, settingsRoutes } from './features/settings/index.ts'
import { createAttempts, createLogins, createOwnTries, createSignIn, signInRoutes } from './features/sign-in/index.ts'
import { startPageRoutes } from './features/start-page/index.ts'
import { createTenants, tenantRoutes } from './features/tenants/index.ts'
import { createApp as createWebApp } from './http/app.ts'
import { systemActor, type Actor } from './platform/actor.ts'
import { OperatorFault } from './platform/errors.ts'
import type { Trx } from './platform/db/tenant.ts'
import { loadTranslations, type Language } from './platform/i18n/translations.ts'
import type { Schedule, Tasks } from './platform/jobs/jobs.ts'
import { loadAssets } from './platform/web/assets.ts'
import { createPageTickets } from './platform/web/page-ticket.ts'
import { createProved } from './platform/web/proved.ts'

export { createPlatform, type Platform, type Replaced }

/** In which order things that need attention are shown. */
const urgency = ['danger', 'warning', 'info']
const byUrgency = <Thing extends { kind: string }>(things: readonly Thing[]): Thing[] =>
  [...things].sort((one, other) => urgency.indexOf(one.kind) - urgency.indexOf(other.kind))

/** Every feature with what it needs; features meet only here. */
export const createFeatures = (ground: Platform) => {
  const mailKeys = createMailKeys({
    ...ground,
    from: ground.config.mail?.from ?? null,
    tellOwner: (trx, tenantId, accountId) => notices.notify(trx, tenantId, [accountId], 'mail-key-changed'),
  })
  /** As it is, but for letters, which whoever has a key gets encrypted. */
  const platform: Platform = { ...ground, mailer: ground.mailer && mailKeys.sealing(ground.mailer) }
  const { config, clock, db, redis, derive } = platform
  const translations = loadTranslations()
  const sessions = createActiveSessions({
    redis,
    clock,
    tell: ({ tenantId, accountId }) => platform.live.tell(tenantId, [accountId], { what: 'session', id: '' }),
  })
  const streams = streamRoutes({ sessions, live: platform.live })
  const tickets = createPageTickets(platform.deriveEach('page tickets'))
  const drafts = createDrafts({ ...platform, clientNames: (...args) => clients.namesOf(...args) })
  const settings = createSettings({ db, clock, timeZone: config.timeZone, apply: sessions.retimeAll })
  const tenants = createTenants({
    ...platform,
    endSession: sessions.end,
    sealed: [...sealedColumns.map(({ column }) => column), 'attachment_chunks.bytes'],
    makeAdministrator: (tenantId, person, alongside) =>
      accounts.create(systemActor(tenantId), { ...person, roles: ['administrator'], alongside }),
    destroyIfDue: (tenantId, dueAt) => erasures.destroyTenantIfDue(tenantId, dueAt),
  })
  const ownTries = createOwnTries({ redis, endSession: createGuessedSessionEnding({ db, end: sessions.end }) })
  const around = createAccountFeatures({
    ...platform,
    translations,
    ownTries,
    ownerOf: createLogins(platform.unscoped).ownerOf,
    endSession: (account, because) => sessions.end(account, because),
    rolesGiven: (...args) => talk.messages.joinThreadsOfRoles(...args),
  })
  const { accounts, notices } = around
  const attempts = createAttempts(redis, derive('sign-in attempts'))
  const signIn = createSignIn({
    ...platform,
    sessions,
    rulesOf: settings.of,
    rulesWithin: settings.within,
    noteBlocked: async (trx, { tenantId, accountId }) => {
      await notices.notify(trx, tenantId, [accountId], 'sign-in-blocked')
      await notices.notify(trx, tenantId, { role: 'security_officer' }, 'sign-in-blocked', { accountId })
    },
    history: around.history,
    attempts,
  })

  const contacts = createEmergencyContacts({
    ...platform,
    lockClient: (...args) => clients.lockForChange(...args),
    accountNames: accounts.names,
    rules: settings.within,
    clientNames: (...args) => clients.namesOf(...args),
    wrongOwnNumbers: (...args) => clients.withWrongNumbers(...args),
  })
  const groups = createGroups({
    ...platform,
    linesOf: (...args: Parameters<Clients['linesOf']>) => clients.linesOf(...args),
    withContactsAndGroups: (...args) => clients.withContactsAndGroups(...args),
  })
  const timeZone = async (trx: Trx, actor: Actor) => (await settings.within(trx, actor)).timeZone
  const clients = createClients({
    ...platform,
    timeZone,
    accountNames: accounts.names,
    country: settings.countryWithin,
    contactsOf: contacts.ofClient,
    contactCounts: contacts.counts,
    groups,
    havingContacts: async (...args) =>
      new Set([...(await contacts.havingContacts(...args)), ...(await cards.havingCalls(...args))]),
  })
  const restricted = createRestrictedRecordFeature({
    ...platform,
    clients,
    accountNames: accounts.names,
    activeWith: accounts.activeWith,
    country: settings.countryWithin,
    settingsWithin: settings.within,
    ring: (tenantId, to) => platform.live.tell(tenantId, to, { what: 'waiting', id: '' }),
    tell: (trx, tenantId, to, told, accountId) => notices.notify(trx, tenantId, to, told, { accountId }),
  })
  const cards = createEmergencyCards({
    ...platform,
    accountNames: accounts.names,
    timeZone,
    country: settings.countryWithin,
    clientsOf: clients.linesOf,
    contactsOf: contacts.ofClient,
    flagContact: contacts.flagWrongNumber,
    flagClient: clients.flagWrongNumber,
  })
  const sheets = createEmergencySheets({
    ...platform,
    rules: settings.within,
    organisation: tenants.nameOf,
    clientsOf: clients.linesOf,
    contactsOf: contacts.shownOf,
    group: groups.find,
    clientsOfGroup: (trx, id) => groups.clientsOfGroups(trx, [id]),
  })
  const officerKeys = createOfficerKeys({
    ...platform,
    accountNames: accounts.names,
    officers: trx => accounts.activeWith(trx, 'security_officer'),
    tellOfficers: (trx, tenantId, what, accountId) =>
      notices.notify(trx, tenantId, { role: 'security_officer' }, `officer-key-${what}`, { accountId }),
  })
  const exports = createExports({
    ...platform,
    directory: config.exportsDir,
    loadViewer: () => loadViewer(fileURLToPath(new URL('../build/viewer', import.meta.url))),
    vocabulary: exportVocabulary(translations),
    words: exportWords(translations),
    timeZone: actor => settings.timeZoneOf(actor.tenantId),
    groups,
    keysInUse: officerKeys.inUse,
    languageOf: tenants.languageOf,
    officers: trx => accounts.activeWith(trx, 'security_officer'),
    tellOfConsent: (trx, tenantId, to, what, accountId) =>
      notices.notify(trx, tenantId, to, `consent-${what}`, { accountId }),
    tellOfficers: (trx, tenantId, what) =>
      notices.notify(trx, tenantId, { role: 'security_officer' }, `export-${what}`),
    tellOfMade: (trx, tenantId, accountId) =>
      notices.notify(trx, tenantId, { role: 'security_officer' }, 'export-made', { accountId }),
    store: openCopyStore(config.backups),
    storeFailure: copyFailure,
    organisation: tenants.nameOf,
    logN: platform.derivation.exportLogN,
    readForExport: createExportReader({
      db,
      clients,
      contacts,
      groups,
      restricted: restricted.restrictions.among,
      settings,
      translations,
    }),
    countForExport: clients.countActive,
    accountNames: accounts.names,
  })

  const attachments = createAttachments({
    ...platform,
    readableMessage: (...args) => messages.readable(...args),
  })
  const imports = createImports({ ...platform, clients, timeZone, country: settings.countryWithin })
  const talk = createMessageFeature({
    ...platform,
    accounts,
    attachments,
    cards,
    casesToJudge: restricted.cases.toJudge,
    clients,
    notices,
  })
  const { messages } = talk
  const encryptionKeys = createKeyTurning({
    ...platform,
    clients,
    messages,
    listTenants: tenants.open,
    marginMs: platform.pace.marginMs,
    fileSettleMs: platform.pace.filePollMs + platform.pace.marginMs,
    rotationDays: config.keyRotationDays,
  })
  const erasures = createErasure({ ...platform, clients, messages, attachments, accountNames: accounts.names })
  const backups = createInstallationBackups({ ...platform, accounts, translations })

  const auditChain = createLogChain({
    ...platform,
    timeZoneOf: settings.timeZoneOf,
    accounts,
    backups,
    translations,
    openTenants: tenants.open,
  })

  const drills = createDrillFeature({
    ...platform,
    clients,
    contacts,
    country: settings.countryWithin,
    accountNames: accounts.names,
    proveOpened: exports.prove,
  })
  const readiness = createReadinessFeature({
    ...platform,
    translations,
    rotationDays: config.keyRotationDays,
    fileRotationDays: config.fileKeyRotationDays,
    certificateUntil: platform.certificateUntil,
    accounts,
    backups,
    contacts,
    drills,
    encryptionKeys,
    exports,
    keyDesk: () => desk.keyDesk,
    notices,
    officerKeys,
    restricted,
    tenants,
  })

  const log = createLog({
    ...platform,
    accounts,
    notices,
    clients,
    settings,
    tenants,
    sealed: auditChain.sealedOf,
  })

  const attentions = [
    noticeAttention(notices, translations),
    draftAttention(drafts, translations),
    confirmationAttention({ contacts, translations }),
    exportAttention({ exports, translations, clock }),
    readiness.attention,
    unusualAttention({ unusual: log.unusual, translations }),
    attentionOfCases({ breaking: restricted.breaking, translations, clock }),
  ]
  /** In one transaction, asked in one breath. */
  const startPage = (actor: Actor, language: Language) =>
    db.asTenant(actor, async trx => {
      const [recent, ...attention] = await Promise.all([
        actor.roles.includes('staff') ? clients.recent(trx, actor) : [],
        ...attentions.map(part => part(trx, actor, language)),
      ])
      return { recent, attention: byUrgency(attention.flat()) }
    })
  const proving = { db, ownTries, isRight: around.ownPassword.isRight }
  const backupDesk = createBackupDesk({ ...platform, ...proving, backups, translations })
  const desk = createDesk({
    platform,
    translations,
    keys: encryptionKeys,
    tenants,
    others: [backupDesk.attention],
    probes: { ...backupDesk.probes, chain: auditChain.probe },
  })
  const deskPage = async (actor: Actor, language: Language) => {
    const [own, parts, { counts }, jobs] = await Promise.all([
      startPage(actor, language),
      desk.attention(actor, language, readiness.badSigns),
      tenants.list(actor, 'open', 1),
      desk.jobs.counts(),
    ])
    return { attention: byUrgency([...parts, ...own.attention]), figures: { tenants: counts, jobs } }
  }

  /** What nobody will come back for, of every tenant. */
  const sweepTenants = async () => {
    for (const actor of (await tenants.open()).map(systemActor)) {
      await imports.work.sweep(actor)
      await drafts.sweep(actor)
      await attachments.sweep(actor)
      await around.sweep(actor)
      await contacts.noteFacts(actor)
      await restricted.cases.sweep(actor)
    }
  }

  addMetrics({
    metrics: platform.metrics,
    certificateUntil: () => platform.certificate?.standing().validTo ?? null,
    connections: platform.connections,
    passwords: platform.passwords.load,
    countSessions: sessions.count,
    countJobs: desk.jobs.counts,
    countTenants: async actor => (await tenants.list(actor, 'open', 1)).counts,
    keys: desk.keyDesk.overview,
    look: desk.installation.look,
  })

  const routers: Router[] = [
    signInRoutes({
      signIn,
      endSession: sessions.end,
      pageToReturnTo: drafts.pageToReturnTo,
      setDraftsAside: drafts.setAside,
    }),
    sessionRoutes({ sessions, tickets, clock }),
    streams.router,
    settingsRoutes(settings),
    draftRoutes({ drafts, tickets, clock }),
    startPageRoutes(startPage, deskPage),
    accountRoutes({ ...around, standingOf: sessions.look }),
    accountPageRoutes({
      ...around,
      page: around.accountPage,
      details: actor => accounts.find(actor, actor.accountId ?? 0),
      noticeChoices: notices.choicesOf,
      mailKey: mailKeys.own,
    }),
    mailKeyRoutes({ mailKeys, clock, mailed: around.mailed, prove: createProving(proving, 'mail-key.refused') }),
    passwordResetRoutes(around.passwordResets, around.mailed),
    noticeRoutes(notices),
    newClientRoutes(clients, readFirstContacts(contacts)),
    clientRoutes(clients, clock),
    searchRoutes({
      ...clients,
      search: (...args) => platform.metrics.timeSearch(() => clients.search(...args)),
    }),
    ...talk.routers,
    restrictionRoutes(restricted),
    breakGlassRoutes(restricted),
    emergencyContactRoutes(contacts),
    officerKeyRoutes(officerKeys),
    emergencyCardRoutes(cards, res => spoken(res.locals)),
    emergencySheetRoutes(sheets, pdfForms, res => spoken(res.locals)),
    groupRoutes(groups, res => spoken(res.locals)),
    planRoutes(exports.plans),
    approvalRoutes(exports.approvals),
    readiness.routes,
    drillRoutes(drills),
    exportRoutes(exports, {
      keysToChoose: keysToChoose(officerKeys),
      groupsToChoose: groups.list,
    }),
    importRoutes(imports, createAgeFiles(platform.derivation.exportLogN)),
    attachmentRoutes(attachments, createProved({ clock, prove: createProving(proving, 'attachment.save-refused') })),
    erasureRoutes(erasures, clock),
    logRoutes(log),
    logPrintRoutes(log),
    logExportRoutes(log, createSealing({ db, officerKeys, logN: platform.derivation.exportLogN })),
    accessRoutes(log, pdfForms, translations),
    unusualRoutes(log),
    watchingRoutes(log),
    backupDesk.routes,
    keyRoutes(desk.keyDesk),
    jobRoutes(desk.jobs),
    installationRoutes(desk.installation),
    announcementRoutes(desk.announcements, clock),
    tenantRoutes({ tenants, clock, mailed: around.mailed, goneFromBackups: erasures.goneFromBackups }),
  ]
  const tasks: Tasks = {
    'export.make': exports.make,
    'exports.sweep': exports.sweep,
    'exports.copy': exports.copies.tend,
    'exports.plan': () => tenants.forEachOpen(exports.plans.run),
    'log.look-through': log.lookThrough,
    'tenants.sweep': sweepTenants,
    'tenants.destroy-due': tenants.destroyDue,
    'tenants.measure': tenants.measure,
    'erasures.reconcile': erasures.reconcile,
    'keys.turn': encryptionKeys.turnDue,
    'clients.renew-index': () => tenants.forEachOpen(clients.renewOutdated),
    'backups.tend': backups.tend,
    'mail.backup': backups.mailWarning,
    ...auditChain.tasks,
    ...readiness.tasks,
    ...desk.keyDesk.tasks,
    ...importTasks(imports),
    ...around.tasks,
  }
  const schedule: Schedule = {
    'exports.sweep': '*/10 * * * *',
    'exports.plan': '37 * * * *',
    'log.look-through': '*/10 * * * *',
    'tenants.sweep': '17 3 * * *',
    'tenants.destroy-due': '7 * * * *',
    'tenants.measure': '47 * * * *',
    'erasures.reconcile': '*/10 * * * *',
    'keys.turn': '*/10 * * * *',
    'clients.renew-index': '*/5 * * * *',
    'keys.turn-files': '27 3 * * *',
    'backups.tend': '* * * * *',
    ...auditChain.schedule,
    ...readiness.schedule,
  }

  return {
    platform,
    translations,
    db,
    tenants,
    accounts,
    accountPowers: around.powers,
    sessions,
    settings,
    drafts,
    tickets,
    notices,
    clients,
    emergencyContacts: contacts,
    groups,
    messages,
    endStreams: streams.close,
    emergencyCards: cards,
    restricted,
    exports,
    drills,
    reminders: readiness.reminders,
    officerKeys,
    mailKeys,
    attachments,
    imports,
    erasures,
    log,
    encryptionKeys,
    backups,
    auditChain,
    desk,
    routers,
    tasks,
    schedule,
  }
}
export type Features = ReturnType<typeof createFeatures>

/**
 * What must be right before anything is served or worked off: the keys are this database's, no migration is missing, the realm
 * of the operators is there, and nobody who was erased has come back with an older database.
 * @throws OperatorFault
 */
export const prepareToRun = async ({ platform, tenants, erasures }: Features): Promise<void> => {
  await platform.keyChecks.check()
  if (!(await platform.checks.migrations()))
    throw new OperatorFault('The database lacks migrations; apply them with "bin/ostoja database prepare".')
  await tenants.prepareInstallation()
  await platform.keyChecks.remember()
  await erasures.reconcile()
}

/** The web application, the same in production and in tests. */
export const createApp = ({
  platform,
  translations,
  sessions,
  settings,
  drafts,
  tickets,
  accounts,
  restricted,
  desk,
  messages,
  routers,
}: Features) =>
  createWebApp({
    ...platform,
    sessions,
    drafts,
    tickets,
    routers,
    translations,
    asset: loadAssets(fileURLToPath(new URL('../public', import.meta.url))),
    trustedProxies: platform.config.trustedProxies,
    restricted: {
      isHidden: restricted.breaking.isHidden,
      standingBeside: restricted.breaking.standingBeside,
    },
    openName: accounts.openName,
    timeZoneOf: settings.timeZoneOf,
    countryOf: settings.countryOf,
    waiting: { beside: messages.waitingBeside, now: messages.waiting },
    announced: desk.announcements.current,
  })
