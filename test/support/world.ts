import { randomUUID } from 'node:crypto'
import { generateKey } from 'openpgp'
import type { Actor } from '../../src/platform/actor.ts'
import type { ArrivingFile } from '../../src/platform/web/multipart.ts'
import { profile } from './clients.ts'
import type { Ostoja } from './ostoja.ts'
import { until } from './until.ts'

/** One tenant with one of everything that has an address. */
export type World = {
  tenantId: string
  /** What stands for each parameter of a route's path. */
  ids: Record<string, string>
  /** Parameters that name nobody's record, such as a letter of the alphabet. */
  harmless: ReadonlySet<string>
  /** Parameters that name what belongs to the installation: operators mean every organisation by them. */
  ofInstallation: ReadonlySet<string>
  /** What a form of a route must hold to be accepted, where an empty one is not. */
  forms: Record<string, Record<string, string>>
  /** What a GET is answered by where it is not a page. */
  expected: Record<string, number>
}

/** A key made for tests; its secret half was thrown away. */
export const samplePublicKey = 'age19adjex5mvccdq8n6ps66gj5jnt0jay8zjs02jtuad8ylzawkw4dqr07r3j'

export const clientProfile = profile({
  givenNames: 'Łucja',
  familyName: 'Święcicka-Żak',
  birthDate: '1983-11-14',
  gender: 'female',
  languages: ['pl'],
  phones: [{ type: 'mobile', number: '+48500000123', typed: '500 000 123' }],
})

export const contactProfile = {
  name: 'Józef Święcicki',
  relationship: 'SPS',
  relationshipText: null,
  phones: [{ type: 'mobile' as const, number: '+48500000124', typed: '500 000 124', hours: null }],
  email: null,
  address: null,
  language: 'pl',
  mayBeTold: true,
  tellNote: null,
  lastConfirmedOn: null,
}

/** Furnishes a tenant: a client with a contact, a search, an import, an export, an account. */
export const furnish = async (ostoja: Ostoja, name: string): Promise<World> => {
  const {
    attachments,
    clients,
    db,
    drafts,
    emergencyContacts,
    exports,
    groups,
    log,
    mailKeys,
    messages,
    notices,
    officerKeys,
  } = ostoja.features
  const tenantId = await ostoja.newTenant(name)
  const account = await ostoja.newAccount(tenantId, ['staff', 'administrator', 'security_officer'])
  const actor: Actor = { tenantId, accountId: account.id, roles: ['staff', 'administrator', 'security_officer'] }

  const clientId = randomUUID()
  await clients.create(actor, clientId, clientProfile)
  const contactId = randomUUID()
  await emergencyContacts.add(actor, clientId, contactId, contactProfile)
  const groupId = randomUUID()
  await groups.create(actor, { id: groupId, name: 'Nocny dyżur' })
  await db.asTenant(actor, trx => groups.keep(trx, actor, clientId, [groupId]))
  const searchId = await clients.keepQuery(actor, 'łucja')
  const logSearch = await log.keep(actor, {})
  await clients.print(actor, clientId)
  await log.unusual.look(tenantId)
  const [thing] = (await log.unusual.list(actor, { all: true })).things
  const { id: exportId } = (await exports.request(actor, {
    passphrase: 'cztery-konie-jada-przez-zielony-las',
    keyIds: [],
    format: 'viewer',
    language: 'pl',
  }))!
  await drafts.keep({ ...actor, accountId: account.id, page: '/clients/new', id: randomUUID() }, '/clients', [
    ['familyName', 'Nowak'],
  ])
  const [draft] = await drafts.offers(actor)
  await db.asTenant(actor, trx => notices.notify(trx, tenantId, [account.id], 'sign-in-blocked'))
  await officerKeys.register(actor, { name: 'laptop', publicKey: samplePublicKey })
  const { publicKey } = await generateKey({ userIDs: [{ email: 'reader@example.org' }], format: 'armored' })
  await mailKeys.choose(actor, { kind: 'openpgp', text: publicKey, fingerprint: 'A0', algorithm: '', validUntil: null })
  const second = await ostoja.newAccount(tenantId, ['security_officer'])
  await exports.approvals.ask({ tenantId, accountId: second.id, roles: ['security_officer'] })
  const [approval] = await exports.approvals.list(actor)
  const threadId = randomUUID()
  await messages.start(
    actor,
    { thread: threadId, message: randomUUID(), client: null },
    {
      to: { roles: ['staff', 'administrator', 'security_officer'], accounts: [second.id] },
      subject: 'Nocny dyżur',
      text: 'Klucz leży w dyżurce.',
      urgent: false,
    },
  )
  const messageSearchId = await messages.keepQuery(actor, 'klucz')
  const tray = randomUUID()
  await attachments.trays.putIn(actor, tray, filesOf('plan.txt', 'Plan opieki'))
  const [attachment] = (await attachments.trays.look(actor, tray)).attachments
  const recordId = randomUUID()
  await clients.create(actor, recordId, profile({ givenNames: 'Ukryta', familyName: 'Zastrzeżona' }))
  await ostoja.features.restricted.restrictions.restrict(actor, recordId, {
    people: [account.id],
    note: 'ktoś z rodziny',
  })
  const secondActor: Actor = { tenantId, accountId: second.id, roles: ['security_officer'] }
  await ostoja.features.restricted.breaking.breakFor(secondActor, recordId, { reason: 'emergency', details: '' })
  const [caseOfGlass] = await ostoja.features.restricted.cases.list(actor)
  const drillId = (await ostoja.features.drills.start(actor))!
  const [officerKey] = await officerKeys.list(actor)
  const [notice] = await notices.list(actor)
  await until('the export is ready', async () => (await exports.find(actor, exportId)).status === 'ready')

  const staff = ostoja.visitor()
  await staff.signIn(account)
  const upload = await staff.upload(
    '/imports',
    'file',
    Buffer.from('Imię;Nazwisko\nJan;Kowalski\n'),
    'a.csv',
    '/imports',
  )
  const importId = String(upload.headers.location).split('/').at(-1)!
  await staff.post('/sign-out')

  return {
    tenantId,
    ids: {
      clientId,
      contactId,
      groupId,
      threadId,
      messageSearchId,
      searchId,
      logSearchId: 'id' in logSearch ? logSearch.id : '',
      thingId: thing!.id,
      importId,
      exportId,
      accountId: String(account.id),
      draftId: draft!.id,
      approvalId: approval!.id,
      drillId,
      attachmentId: attachment!.id,
      trayId: tray,
      recordId,
      caseId: caseOfGlass!.id,
      officerKeyId: officerKey!.id,
      noticeId: notice!.id,
      letter: 's',
      tenantId,
      jobId: '999999999',
      keyKind: 'data',
      signingKind: 'openpgp',
      backupId: 'none',
      announcementId: randomUUID(),
    },
    harmless: new Set(['letter']),
    ofInstallation: new Set(['tenantId', 'jobId', 'keyKind', 'signingKind', 'announcementId', 'backupId']),
    forms: {},
    expected: {
      // A search and a draft are for the one account that made them.
      '/searches/:searchId': 404,
      '/messages/searches/:messageSearchId': 404,
      '/log/searches/:logSearchId': 404,
      '/log/searches/:logSearchId/export': 404,
      '/log/searches/:logSearchId/print': 404,
      '/drafts/:draftId': 404,
      '/drafts/:draftId/fields': 404,
      // So is a file that was not sent yet.
      '/attachments/:attachmentId': 404,
      '/attachments/:attachmentId/download': 404,
      '/attachments/trays/:trayId': 404,
      // There is none.
      '/backups/:backupId/fetch': 404,
      // No mail is sent here.
      '/account/mail-key/signing/:signingKind': 404,
      // It has one.
      '/tenants/:tenantId/administrator': 409,
      // No row was refused.
      '/imports/:importId/refused.csv': 404,
    },
  }
}

/** One file, as if it came with a form. */
async function* filesOf(name: string, text: string): AsyncGenerator<ArrivingFile> {
  const bytes = async function* () {
    yield Buffer.from(text)
  }
  yield { field: 'files', name, bytes: bytes() }
}
