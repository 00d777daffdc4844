import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noticeKinds, type NoticeKind } from '../../src/features/notices/kinds.ts'
import { unlikely, type TestAccount } from '../support/ostoja.ts'
import { startOstojaWithMail, type OstojaWithMail } from '../support/ostoja-with-mail.ts'

let mail: OstojaWithMail['mail']
let ostoja: OstojaWithMail['ostoja']
let tenant: string
let close: OstojaWithMail['close']

beforeAll(async () => {
  ;({ mail, ostoja, tenant, close } = await startOstojaWithMail())
})
afterAll(() => close())

const officer = async () => {
  const email = `${unlikely()}@example.org`
  const account = await ostoja.newAccount(tenant, ['security_officer'], { email })
  const visitor = ostoja.visitor()
  await visitor.signIn(account)
  return { email, account, visitor }
}
const tell = ({ id }: TestAccount, kind: NoticeKind) =>
  ostoja.features.db.asTenant({ tenantId: tenant }, trx => ostoja.features.notices.notify(trx, tenant, [id], kind))
/** Mail goes out in the order of its jobs, so whatever is to come has come before a later one. */
const mailsBefore = async (account: TestAccount, email: string, last: number) => {
  await tell(account, 'password-changed')
  await mail.mailTo(email, last)
  return mail.mails.filter(({ to }) => to === email).length
}
const workKinds = Object.entries(noticeKinds).filter(([, kind]) => kind.class === 'work')
const ticked = (page: string, kind: string) => new RegExp(`name="mail\\[${kind}\\]"[^>]*\\bchecked\\b`).test(page)

describe('what comes by e-mail too', () => {
  it('is chosen on the account page, for each kind of work that reaches one', async () => {
    const { email, account, visitor } = await officer()
    const page = (await visitor.get('/account')).text
    for (const [kind, { mail: byMail }] of workKinds)
      if (page.includes(`name="mail[${kind}]"`)) expect([kind, ticked(page, kind)]).toEqual([kind, byMail])
    expect(ticked(page, 'export-stale')).toBe(true)

    await tell(account, 'export-stale')
    await mail.mailTo(email, 1)
    const saved = await visitor.post('/account/notices', { 'mail[export-stuck]': 'on' }, '/account')
    expect(saved.status).toBe(303)
    const after = (await visitor.get('/account')).text
    expect([ticked(after, 'export-stuck'), ticked(after, 'export-stale')]).toEqual([true, false])
    expect(after).toContain('Saved.')

    await tell(account, 'consent-asked')
    expect(await mailsBefore(account, email, 2)).toBe(2)
    expect((await visitor.get('/notices')).text).toContain('An officer asks for hidden addresses')
  })

  it('cannot be less than what is about security, whatever a form says', async () => {
    const { email, account, visitor } = await officer()
    const page = (await visitor.get('/account')).text
    for (const kind of ['password-changed', 'new-browser', 'sign-in-blocked', 'export-made'])
      expect(page).not.toContain(`name="mail[${kind}]"`)
    await visitor.post('/account/notices', { 'mail[password-changed]': '', 'mail[nothing]': 'on' }, '/account')
    const rows: { kind: string }[] = await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx('notice_choices').where({ account_id: account.id }),
    )
    for (const { kind } of rows) expect(noticeKinds[kind as NoticeKind].class).toBe('work')
    expect(await mailsBefore(account, email, 1)).toBe(1)
    expect(await mailsBefore(account, email, 2)).toBe(2)
  })

  it('leaves one event in the log, and a kind that somebody never gets is not asked about', async () => {
    const staff = await ostoja.signedIn(tenant, ['staff'])
    expect((await staff.get('/account')).text).not.toContain('name="mail[export-stale]"')
    const { account, visitor } = await officer()
    await visitor.post('/account/notices', { 'mail[consent-asked]': 'on' }, '/account')
    const events: { action: string; detail: object }[] = await ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
      trx('audit_events').where({ action: 'account.notices-chosen', account_id: account.id }),
    )
    expect(events.map(({ detail }) => detail)).toEqual([{ mailed: ['consent-asked'] }])
  })
})
