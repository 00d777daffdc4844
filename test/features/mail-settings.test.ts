import { afterAll, describe, expect, it } from 'vitest'
import { installationId } from '../../src/platform/actor.ts'
import { readConfig } from '../../src/config.ts'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import { writeLetter } from '../../src/platform/mail/letter.ts'
import { createMailer } from '../../src/platform/mail/mailer.ts'
import { startMailServer } from '../support/mail-server.ts'
import { startOstoja, type Ostoja } from '../support/ostoja.ts'

const closings: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const close of closings) await close()
})

const ground = {
  DATABASE_URL: 'postgres://a@b/c',
  SIGNIN_DATABASE_URL: 'postgres://a@b/c',
  REDIS_URL: 'rediss://b',
  TRUSTED_PROXIES: 'loopback',
}
const mail = {
  SMTP_URL: 'smtp://mail.example.org',
  MAIL_FROM: 'ostoja@example.org',
  PUBLIC_URL: 'https://ostoja.example.org',
}
const letter = writeLetter(loadTranslations().to('en'), 'en', 'notice', path => `https://o.test${path}`)
const to = (email: string) => ({ tenantId: installationId, accountId: 0, email })

describe('the settings of mail', () => {
  it('are none by default', () => {
    expect(readConfig(ground).mail).toBeNull()
  })

  it('need an address to come from and one to lead to', () => {
    expect(readConfig({ ...ground, ...mail }).mail).toMatchObject({ tls: 'required' })
    expect(() => readConfig({ ...ground, SMTP_URL: mail.SMTP_URL })).toThrow('MAIL_FROM')
  })

  it('let mail go without TLS to this very machine only, or to a host that is named for it', () => {
    expect(() => readConfig({ ...ground, ...mail, SMTP_TLS: 'none' })).toThrow('this very machine')
    expect(readConfig({ ...ground, ...mail, SMTP_URL: 'smtp://127.0.0.1:25', SMTP_TLS: 'none' }).mail).toMatchObject({
      tls: 'none',
    })
    expect(() =>
      readConfig({ ...ground, ...mail, SMTP_URL: 'smtp://127.0.0.1.example.org', SMTP_TLS: 'none' }),
    ).toThrow()
    const named = readConfig({ ...ground, ...mail, SMTP_TLS: 'none', UNVERIFIED_HOSTS: 'mail.example.org' })
    expect(named).toMatchObject({
      mail: { tls: 'none' },
      unverified: [{ setting: 'SMTP_URL', host: 'mail.example.org' }],
    })
  })
})

describe('a letter', () => {
  it('stays here where the server offers no TLS, or a certificate nobody vouches for', async () => {
    const plain = await startMailServer({ tls: false })
    closings.push(plain.close)
    const settings = { url: plain.settings.SMTP_URL, from: 'a@b.test', publicUrl: 'https://o.test' }
    await expect(
      createMailer({ ...settings, tls: 'required', caFile: plain.settings.SMTP_CA_FILE }).send(to('x@y.test'), letter),
    ).rejects.toThrow()
    expect(plain.mails).toEqual([])
    await createMailer({ ...settings, tls: 'none', caFile: null }).send(to('x@y.test'), letter)
    expect(plain.mails).toHaveLength(1)

    const secure = await startMailServer()
    closings.push(secure.close)
    const unvouched = createMailer({ ...settings, url: secure.settings.SMTP_URL, tls: 'required', caFile: null })
    await expect(unvouched.send(to('x@y.test'), letter)).rejects.toThrow()
    const vouched = createMailer({
      ...settings,
      url: secure.settings.SMTP_URL,
      tls: 'required',
      caFile: secure.settings.SMTP_CA_FILE,
    })
    await expect(vouched.send(to('refused@y.test'), letter)).rejects.toThrow(
      'did not take a letter (MAILBOX_REFUSED, 550)',
    )
    expect(secure.mails).toEqual([])
    await vouched.send(to('x@y.test'), letter)
    expect(secure.mails).toMatchObject([{ secure: true }])
  })
})

describe('an installation without mail', () => {
  it('says so plainly where a password is forgotten, and offers no link to an administrator', async () => {
    const ostoja: Ostoja = await startOstoja()
    closings.push(ostoja.close)
    const page = (await ostoja.visitor().get('/forgotten-password')).text
    expect(page).toContain('This installation does not send email')
    expect(page).toContain('Ask your administrator')
    expect(page).not.toContain('name="name"')
    expect((await ostoja.visitor().post('/forgotten-password', { name: 'x' }, '/forgotten-password')).status).toBe(422)
    const administrator = await ostoja.signedIn(await ostoja.newTenant(), ['administrator'])
    const form = (await administrator.get('/accounts/new')).text
    expect(form).not.toContain('value="link"')
    expect(form).toContain('This installation does not send email, so the password is shown to you once')
  })
})
