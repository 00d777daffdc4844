import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { installationId, systemActor } from '../../src/platform/actor.ts'
import { languages, loadTranslations, type Language } from '../../src/platform/i18n/translations.ts'
import { letterKinds, type LetterKind } from '../../src/platform/mail/letter-kinds.ts'
import { startMailServer, type Mail, type MailServer } from '../support/mail-server.ts'
import { startOstoja, unlikely, type Ostoja, type TestAccount } from '../support/ostoja.ts'
import { until } from '../support/until.ts'

const translations = loadTranslations()
const organisation = 'Schronisko Zatoka Mgieł'
const person = { givenName: 'Wirgiliusz', familyName: 'Brzęczyszczykiewicz' }
const hour = 60 * 60_000

type Person = TestAccount & { email: string }
type Addresses = Record<Language, string>

let ostoja: Ostoja
let mail: MailServer
let tenantId: string
let officers: Record<Language, Person>
let operators: Record<Language, Person>

/** A letter names nobody: none of what these people are called, and sign in by, may be in one. */
const people: Person[] = []
const newPerson = async (tenant: string, roles: ('security_officer' | 'operator' | 'staff')[], language: Language) => {
  const email = `${unlikely()}@example.org`
  const made = { ...(await ostoja.newAccount(tenant, roles, { ...person, language, email })), email }
  people.push(made)
  return made
}
const inBoth = async <Made>(make: (language: Language) => Promise<Made>) => ({
  pl: await make('pl'),
  en: await make('en'),
})
const addressesOf = ({ pl, en }: Record<Language, Person>): Addresses => ({ pl: pl.email, en: en.email })

beforeAll(async () => {
  mail = await startMailServer()
  ostoja = await startOstoja({ env: mail.settings })
  tenantId = await ostoja.newTenant(organisation)
  officers = await inBoth(language => newPerson(tenantId, ['security_officer'], language))
  operators = await inBoth(language => newPerson(installationId, ['operator'], language))
})
afterAll(async () => {
  await ostoja.close()
  await mail.close()
})

/** How each kind comes to be sent, by what sends it in truth, to somebody of each language. A new kind needs its line. */
const waysOut = {
  notice: async () => {
    const { db, notices } = ostoja.features
    const readers = await inBoth(language => newPerson(tenantId, ['staff'], language))
    const ids = Object.values(readers).map(({ id }) => id)
    await db.asTenant({ tenantId }, trx => notices.notify(trx, tenantId, ids, 'new-browser'))
    return addressesOf(readers)
  },
  moved: async () => {
    const { accounts } = ostoja.features
    const movers = await inBoth(language => newPerson(tenantId, ['staff'], language))
    for (const [language, { id }] of Object.entries(movers) as [Language, Person][]) {
      const { revision } = await accounts.find(systemActor(tenantId), id)
      const form = { ...person, email: `${unlikely()}@example.org`, roles: ['staff' as const], language }
      await accounts.amend(systemActor(tenantId), id, form, revision)
    }
    return addressesOf(movers)
  },
  reset: async () => {
    const forgetful = await inBoth(language => newPerson(tenantId, ['staff'], language))
    for (const { login } of Object.values(forgetful))
      await ostoja.visitor().post('/forgotten-password', { name: login }, '/forgotten-password')
    return addressesOf(forgetful)
  },
  first: () =>
    inBoth(async language => {
      const email = `${unlikely()}@example.org`
      const wish = { ...person, email, roles: ['staff' as const], language, byLink: true }
      const made = await ostoja.features.accounts.create(systemActor(tenantId), wish)
      people.push({ ...made, tenantId, email })
      return email
    }),
  chain: async () => {
    const finding = { kind: 'checkpoint-unreadable' as const, tenantId: installationId }
    await ostoja.features.auditChain.noteVerified([finding], 1, false)
    return addressesOf(operators)
  },
  checkpoint: async () => {
    await ostoja.features.auditChain.seal()
    await ostoja.features.auditChain.askForLetters()
    return addressesOf(officers)
  },
  backup: async () => {
    ostoja.skip(27 * hour)
    await ostoja.features.backups.watch()
    return addressesOf(operators)
  },
} satisfies Record<LetterKind, () => Promise<Addresses>>

const kinds = Object.keys(letterKinds) as LetterKind[]
const subjectOf = (kind: LetterKind, language: Language) => translations.to(language)(`mail:${kind}.subject`)
const arrived = (address: string, subject: string) =>
  until(`"${subject}" has come`, () => mail.mails.find(({ to, subject: said }) => to === address && said === subject))

/** What somebody reads of an HTML part. */
const wordsOf = (html: string) =>
  html
    .replace(/<(style|title)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim()
const even = (text: string) => text.replace(/\s+/g, ' ').trim()

/** Words that one language has all over and the other never. */
const marks = { en: /\b(the|is|your|you|of)\b/i, pl: /[ąćęłńóśźż]/i } as const

describe('the table of letters', () => {
  it('has a way out in this test for every kind, and no other', () => {
    expect(Object.keys(waysOut).sort()).toEqual([...kinds].sort())
  })

  it.each(languages)('has its words in the catalogue, which knows no other kind: %s', language => {
    const catalogue = JSON.parse(readFileSync(`locales/${language}/mail.json`, 'utf8')) as Record<
      string,
      object | string
    >
    const letters = Object.entries(catalogue).filter(([, words]) => typeof words === 'object')
    expect(letters.map(([kind]) => kind).sort()).toEqual([...kinds].sort())
    for (const [, words] of letters) expect(Object.keys(words)).toEqual(['subject', 'text', 'link', 'after'])
  })

  it('names the jobs that send letters: all there are, each with a name for operators in both languages', () => {
    const jobs = Object.keys(ostoja.features.tasks).filter(task => task.startsWith('mail.'))
    expect(jobs.sort()).toEqual([...new Set(Object.values(letterKinds).map(({ job }) => job))].sort())
    for (const language of languages)
      for (const task of Object.keys(ostoja.features.tasks)) {
        const key = task.startsWith('mail.') ? `letter.${task.slice('mail.'.length)}` : `task.${task}`
        expect(translations.to(language)(`jobs:${key}` as 'jobs:title')).not.toContain(key)
      }
  })
})

describe.each(kinds)('a letter of the kind "%s"', kind => {
  let letters: Record<Language, Mail>
  beforeAll(async () => {
    const addresses = await waysOut[kind]()
    letters = await inBoth(language => arrived(addresses[language], subjectOf(kind, language)))
  })

  it.each(languages)('comes over TLS with a subject and both parts, which say the same: %s', language => {
    const { secure, subject, text, html, raw } = letters[language]
    expect(raw).toMatch(/^Auto-Submitted: auto-generated/m)
    expect(secure).toBe(true)
    const [before = '', leading = '', after = '', signature = ''] = text.replaceAll('\r\n', '\n').trim().split('\n\n')
    const [link = '', href = ''] = leading.split(':\n')
    const signed = signature.replace(/^-- \n/, '')
    const copy = translations.to(language)('mail:copy')
    expect([before, link, href, after, signed].map(part => part.length > 5)).not.toContain(false)
    expect(wordsOf(html)).toBe(even(['Ostoja', subject, before, link, after, copy, href, signed].join(' ')))
  })

  it.each(languages)('is in the language of whom it is for, and says so: %s', language => {
    const { subject, text, html, raw } = letters[language]
    expect(raw).toMatch(new RegExp(`^Content-Language: ${language}`, 'm'))
    expect(html).toContain(`<html lang="${language}"`)
    for (const part of [text, wordsOf(html)]) {
      expect(part).toMatch(marks[language])
      expect(part).not.toMatch(marks[language === 'pl' ? 'en' : 'pl'])
      expect(part).not.toMatch(/\{\{|undefined|mail:/)
    }
    expect(subject).not.toBe(subjectOf(kind, language === 'pl' ? 'en' : 'pl'))
  })

  it.each(languages)('leads to one page of ours and nowhere else, and loads nothing: %s', language => {
    const { text, html } = letters[language]
    const page = letterKinds[kind].page.replace(':token', '[\\w-]{64}')
    const links = [...`${text}\n${html}`.matchAll(/[a-z]+:\/\/[^\s"'<]+/g)].map(([link]) => link)
    expect(new Set(links).size).toBe(1)
    expect(links[0]).toMatch(new RegExp(`^${mail.settings.PUBLIC_URL}${page}$`))
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([links[0], links[0]])
    expect(html).not.toMatch(
      /<(img|link|script|iframe|object|svg|video|input|form|base)\b|\bsrc=|srcset|url\(|@import|background=|cid:|\son\w+=/i,
    )
  })

  it.each(languages)('says nothing of anybody: %s', language => {
    const { subject, text, html, raw, to } = letters[language]
    const named = people.flatMap(({ login, email }) => [login, email])
    for (const word of [...named, ...Object.values(person), ...organisation.split(' '), tenantId])
      expect([subject, text, html].join('\n')).not.toContain(word)
    // The address stands where mail needs it.
    expect(raw.split(to)).toHaveLength(2)
  })

  it('is the same for everybody but for its one-time link, so that nobody can be followed by it', () => {
    const { page } = letterKinds[kind]
    if (page.includes(':token')) return expect(letters.pl.links).not.toEqual(letters.en.links)
    expect(letters.pl.links).toEqual(letters.en.links)
  })
})
