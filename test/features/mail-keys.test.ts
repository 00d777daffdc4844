import { readFile } from 'node:fs/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationId } from '../../src/platform/actor.ts'
import { languages, loadTranslations, type Language } from '../../src/platform/i18n/translations.ts'
import { anotherWeb } from '../support/another-web.ts'
import { createGnupg, createOpenssl, partsOf, saidIn, type Gnupg, type Openssl } from '../support/mail-readers.ts'
import { startOstojaWithMail, type OstojaWithMail } from '../support/ostoja-with-mail.ts'
import { unlikely, type TestAccount } from '../support/ostoja.ts'
import type { Visitor } from '../support/visitor.ts'

const translations = loadTranslations()
const page = '/account/mail-key'
const day = 24 * 60 * 60_000

let mail: OstojaWithMail['mail']
let ostoja: OstojaWithMail['ostoja']
let tenant: string
let close: OstojaWithMail['close']
let admin: pg.Client
let gnupg: Gnupg
let openssl: Openssl
let pgpKey: string
let certificate: string

beforeAll(async () => {
  ;({ mail, ostoja, tenant, close } = await startOstojaWithMail())
  admin = new pg.Client(ostoja.database.adminUrl)
  await admin.connect()
  gnupg = await createGnupg()
  openssl = await createOpenssl()
  pgpKey = await gnupg.makeKey('Wirgiliusz <w@example.org>')
  certificate = await openssl.makeCertificate('own')
})
afterAll(async () => {
  await gnupg.close()
  await openssl.close()
  await admin.end()
  await close()
})

type Reader = {
  email: string
  account: TestAccount
  visitor: Visitor
  choose: (key: string) => ReturnType<Visitor['post']>
}
const newReader = async (language: Language = 'en'): Promise<Reader> => {
  const email = `${unlikely()}@example.org`
  const account = await ostoja.newAccount(tenant, ['staff'], { email, language })
  const visitor = ostoja.visitor()
  await visitor.signIn(account)
  return { email, account, visitor, choose: key => visitor.post(page, { key, password: account.password }, page) }
}
const tell = ({ account }: Reader) =>
  ostoja.features.db.asTenant({ tenantId: tenant }, trx =>
    ostoja.features.notices.notify(trx, tenant, [account.id], 'password-changed'),
  )
/** @param changes how often the key was changed before; each told the reader by a letter */
const letterTo = async (reader: Reader, changes = 1) => {
  await mail.mailTo(reader.email, changes)
  await tell(reader)
  return (await mail.mailTo(reader.email, changes + 1)).raw
}
const published = async ({ visitor }: Reader, kind: string) =>
  (await visitor.get(`${page}/signing/${kind}`).buffer(true).parse(asText)).body as string
const asText = (answer: NodeJS.EventEmitter, done: (fault: Error | null, text: string) => void) => {
  let text = ''
  answer.on('data', (part: Buffer) => (text += part.toString()))
  answer.on('end', () => done(null, text))
}

const contentOf = (part: string) => part.slice(part.indexOf('\r\n\r\n') + 4)
const verify = (file: string) => ['cms', '-verify', '-in', file, '-CAfile', 'ostoja.pem', '-purpose', 'smimesign']

/** What a reader's own program makes of a letter: the entity inside, its signature verified against what the page offers. */
const readers = {
  openpgp: async (raw: string, reader: Reader) => {
    await gnupg.gpg('--import', await gnupg.put('ostoja.asc', await published(reader, 'openpgp')))
    expect(raw).toMatch(/^Content-Type: multipart\/encrypted;\s+protocol="application\/pgp-encrypted"/m)
    const [version = '', message = ''] = partsOf(raw)
    expect(version).toContain('Version: 1')
    const { out, status } = await gnupg.gpg('--decrypt', await gnupg.put('letter.asc', contentOf(message)))
    expect(status).toContain('GOODSIG')
    expect(status).toContain('DECRYPTION_OKAY')
    return out
  },
  smime: async (raw: string, reader: Reader) => {
    await openssl.put('ostoja.pem', await published(reader, 'smime'))
    await openssl.put('letter.eml', raw)
    expect(raw).toMatch(/^Content-Type: application\/pkcs7-mime; smime-type=enveloped-data/m)
    await openssl.openssl(
      'cms',
      '-decrypt',
      '-in',
      'letter.eml',
      '-recip',
      'own.pem',
      '-inkey',
      'own.key',
      '-out',
      'signed.eml',
    )
    return openssl.openssl(...verify('signed.eml'))
  },
}
const kinds = ['openpgp', 'smime'] as const
const keyOf = { openpgp: () => pgpKey, smime: () => certificate }

describe.each(kinds)('a letter to somebody with a key of the kind "%s"', kind => {
  it.each(languages)('is encrypted to it and signed by the installation: %s', async language => {
    const reader = await newReader(language)
    expect((await reader.choose(keyOf[kind]())).status).toBe(303)
    const raw = await letterTo(reader)
    const t = translations.to(language)
    expect(raw).toContain('Auto-Submitted: auto-generated')
    expect(raw).not.toContain('Wirgiliusz')
    expect(raw).not.toContain(mail.settings.PUBLIC_URL)
    expect(raw.split(reader.email)).toHaveLength(2)
    const { text, html } = saidIn(await readers[kind](raw, reader))
    for (const said of [text, html]) expect(said).toContain(t('mail:notice.text'))
    expect(text).toContain(`${mail.settings.PUBLIC_URL}/notices`)
    expect((await mail.mailTo(reader.email)).subject).toBe(t('mail:notice.subject'))
  })

  it('hides a one-time link, too, which works', async () => {
    const reader = await newReader()
    await reader.choose(keyOf[kind]())
    await mail.mailTo(reader.email)
    await ostoja.visitor().post('/forgotten-password', { name: reader.account.login }, '/forgotten-password')
    const { raw } = await mail.mailTo(reader.email, 2)
    expect(raw).not.toContain('/password-resets/')
    const { text } = saidIn(await readers[kind](raw, reader))
    const [path = ''] = /\/password-resets\/[\w-]{64}/.exec(text) ?? []
    expect((await ostoja.visitor().get(path)).status).toBe(200)
  })

  it('goes as everybody’s once the key is removed', async () => {
    const reader = await newReader()
    await reader.choose(keyOf[kind]())
    const removed = await reader.visitor.post(`${page}/remove`, { removalPassword: reader.account.password }, page)
    expect(removed.status).toBe(303)
    expect(await letterTo(reader, 2)).toMatch(/^Content-Type: multipart\/alternative/m)
    expect((await reader.visitor.get('/notices')).text.match(/The key for emails to you was changed/g)).toHaveLength(2)
    expect((await reader.visitor.get('/account')).text).toContain('Emails to you are not encrypted.')
  })
})

describe('a key that has expired meanwhile', () => {
  it('keeps no letter back: it comes signed, and says so in a line, as does the account page', async () => {
    const readers = []
    for (const language of languages) {
      const [byPgp, bySmime] = [await newReader(language), await newReader(language)]
      await byPgp.choose(await gnupg.makeKey(`${unlikely()}@example.org`, '2d'))
      await bySmime.choose(await openssl.makeCertificate(`short-${language}`, { days: 2 }))
      for (const { visitor } of [byPgp, bySmime])
        expect((await visitor.get(page)).text).toContain(translations.to(language)('mail-keys:until.term'))
      readers.push({ language, byPgp, bySmime, line: translations.to(language)('mail:renewKey') })
    }
    const [{ byPgp: first }] = readers as [(typeof readers)[0]]
    await gnupg.gpg('--import', await gnupg.put('ostoja.asc', await published(first, 'openpgp')))
    await openssl.put('ostoja.pem', await published(first, 'smime'))

    ostoja.skip(3 * day)
    const then = String(Math.floor(ostoja.platform.clock().getTime() / 1000) + 60)
    for (const { language, byPgp, bySmime, line } of readers) {
      const [inner = '', signature = ''] = partsOf(await letterTo(byPgp))
      for (const said of Object.values(saidIn(inner))) expect(said).toContain(line)
      const files = [await gnupg.put('signature.asc', contentOf(signature)), await gnupg.put('signed', inner)]
      expect((await gnupg.gpg('--faked-system-time', then, '--verify', ...files)).status).toContain('GOODSIG')

      await openssl.put('letter.eml', await letterTo(bySmime))
      const verified = await openssl.openssl(...verify('letter.eml'))
      expect(saidIn(verified).text).toContain(line)
      for (const { account } of [byPgp, bySmime]) {
        const visitor = ostoja.visitor() // the sessions of before are over
        await visitor.signIn(account)
        expect((await visitor.get('/account')).text).toContain(translations.to(language)('mail-keys:fault.expired'))
      }
    }
    ostoja.skip(-3 * day)
  })
})

describe('what is no key to encrypt to', () => {
  const refusals: [name: string, key: () => Promise<string> | string, says: string][] = [
    ['some words', () => 'Zażółć gęślą jaźń', 'neither an OpenPGP public key'],
    ['a broken block', () => pgpKey.replace(/\n\w{20}/, '\n'), 'neither an OpenPGP public key'],
    [
      'a key that only signs',
      () => gnupg.makeKey('s@example.org', 'never', 'ed25519'),
      'cannot be used to encrypt email',
    ],
    ['a short RSA key', () => gnupg.makeKey('weak@example.org', 'never', 'rsa1024'), 'too short'],
    ['two keys', async () => pgpKey + (await gnupg.makeKey('two@example.org')), 'several keys'],
    [
      'a certificate for signing',
      () => openssl.makeCertificate('signs', { usage: 'digitalSignature' }),
      'cannot be used to encrypt email',
    ],
    [
      'a certificate for servers',
      () => openssl.makeCertificate('serves', { eku: 'serverAuth' }),
      'cannot be used to encrypt email',
    ],
    ['a certificate of a short key', () => openssl.makeCertificate('weak', { key: 'rsa:1024' }), 'too short'],
    [
      'a certificate of another kind of key',
      () => openssl.makeCertificate('ec', { key: 'ec' }),
      'Only certificates with an RSA key',
    ],
    ['two certificates', () => certificate + certificate, 'several keys'],
    ['something too large', () => pgpKey + 'x'.repeat(60_000), 'too large'],
  ]
  it.each(refusals)('is refused beside the field and comes back as it was typed: %s', async (_, key, says) => {
    const reader = await newReader()
    const typed = await key()
    const answer = await reader.choose(typed)
    expect(answer.status).toBe(422)
    expect(answer.text).toContain(says)
    expect(answer.text).toContain('id="key-problem"')
    // A line in the middle, without what HTML writes otherwise.
    const line = typed.split('\n').find(each => /^[\wŻ-ż ]{15,}/.test(each)) ?? typed.slice(0, 15)
    expect(answer.text).toContain(/^[\wŻ-ż ]{15}/.exec(line)?.[0] ?? line)
    expect(
      await ostoja.features.mailKeys.own({ ...reader.account, accountId: reader.account.id, roles: [] }),
    ).toBeNull()
  })

  it('is refused where it was revoked, or has expired', async () => {
    const reader = await newReader()
    const address = `${unlikely()}@example.org`
    await gnupg.makeKey(address)
    const home = await gnupg.gpg('--with-colons', '--fingerprint', address)
    const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(home.out)![1]!
    const at = (await gnupg.put('x', '')).replace(/x$/, `openpgp-revocs.d/${fingerprint}.rev`)
    await gnupg.gpg('--import', await gnupg.put('revoke', (await readFile(at, 'utf8')).replace(/^:-----/m, '-----')))
    expect((await reader.choose((await gnupg.gpg('--armor', '--export', address)).out)).text).toContain(
      'has been revoked',
    )

    const old = await gnupg.makeKey(`${unlikely()}@example.org`, '2d', 'default', '20260101')
    expect((await reader.choose(old)).text).toContain('This key has expired')
  })

  it('is told plainly where it is the private half, which neither stays nor comes back', async () => {
    const reader = await newReader()
    const pgp = (
      await gnupg.gpg(
        '--armor',
        '--export-secret-keys',
        '--pinentry-mode',
        'loopback',
        '--passphrase',
        '',
        'w@example.org',
      )
    ).out
    const disguised = pgp.replaceAll('PRIVATE KEY BLOCK', 'PUBLIC KEY BLOCK')
    const both = certificate + (await openssl.privateKey('own'))
    for (const typed of [pgp, disguised, both]) {
      const answer = await reader.choose(typed)
      expect(answer.status).toBe(422)
      expect(answer.text).toContain('This is a private key')
      const secretLine = typed.trim().split('\n').at(-3)!
      expect(answer.text).not.toContain(secretLine)
      expect((await reader.visitor.get(page)).text).not.toContain(secretLine)
    }
  })

  it('is not even looked at without the password', async () => {
    const { visitor, account } = await newReader()
    const answer = await visitor.post(page, { key: pgpKey, password: 'wrong' }, page)
    expect([answer.status, answer.text.includes('This is not your password.')]).toEqual([422, true])
    expect(await ostoja.features.mailKeys.own({ ...account, accountId: account.id, roles: [] })).toBeNull()
  })
})

describe('a key that is kept', () => {
  it('is shown by what one knows it by, stands nowhere in the clear, and each change is one event', async () => {
    const reader = await newReader()
    await reader.choose(pgpKey)
    await reader.choose(certificate)
    const { text } = await reader.visitor.get('/account')
    const fingerprint = /=([0-9A-F:]+)/.exec(
      await openssl.openssl('x509', '-in', 'own.pem', '-noout', '-fingerprint', '-sha256'),
    )![1]!
    for (const shown of ['S/MIME certificate', fingerprint, 'RSA 2048', 'Valid until']) expect(text).toContain(shown)
    const { rows } = await admin.query<{ bytes: string }>(`select encode(key_sealed, 'escape') as bytes from mail_keys`)
    for (const { bytes } of rows) expect(bytes).not.toMatch(/BEGIN|openpgp|smime/)
    const events = await admin.query<{ action: string }>(
      `select action from audit_events where account_id = $1 and action like 'mail-key.%' order by id`,
      [reader.account.id],
    )
    expect(events.rows.map(({ action }) => action)).toEqual(['mail-key.chosen', 'mail-key.chosen'])
  })

  it('is signed for by one key, however many processes make the first at once', async () => {
    await admin.query(`delete from mail_signing_keys`)
    const other = await anotherWeb(ostoja)
    const both = [ostoja.features, other.features].flatMap(({ mailKeys }) =>
      kinds.map(kind => mailKeys.published(kind)),
    )
    const [pgp, smime, samePgp, sameSmime] = await Promise.all(both)
    expect([samePgp, sameSmime]).toEqual([pgp, smime])
    await other.close()
    const { rows } = await admin.query(`select kind from mail_signing_keys where tenant_id = $1 order by 1`, [
      installationId,
    ])
    expect(rows).toEqual([{ kind: 'openpgp' }, { kind: 'smime' }])
  })
})
