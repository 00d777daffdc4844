import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { MailServer } from '../../test/support/mail-server.ts'
import { runProgram } from '../../test/support/processes.ts'
import type { Product } from '../../test/support/product.ts'

export type Language = 'pl' | 'en'
export type Account = { login: string; password: string; email: string }

const organisations = { pl: ['Schronisko Przystań', 'Dom pod Lipą'], en: ['Harbour Home Care', 'Lime House'] } as const
const people = { pl: ['Halina', 'Wrona'], en: ['Helen', 'Wren'] } as const
const locales = { pl: 'pl-PL', en: 'en-GB' } as const

type Needs = {
  product: Product
  mail: MailServer
  browser: Browser
  language: Language
  listen: (page: Page) => void
}

/** What the pictures of one language are taken in: the running product, its people, and what moves the scenery. */
export const createStage = async ({ product, mail, browser, language, listen }: Needs) => {
  const { ADMIN_DATABASE_URL = '', REDIS_URL = '' } = product.services
  const database = new pg.Client(ADMIN_DATABASE_URL.replace(/\/postgres$/, '/ostoja'))
  const redis = new Redis(REDIS_URL)
  const folder = await mkdtemp(path.join(tmpdir(), 'ostoja-pictures-'))
  await database.connect()

  const ostoja = async (args: string[], typed = '') => {
    const { code, output, complaint } = await runProgram('ostoja', args, { DATA_DIR: product.dataDir }, typed)
    if (code !== 0) throw new Error(`bin/ostoja ${args.join(' ')}: ${complaint}`)
    return output
  }
  const [furnished, empty] = organisations[language]
  const newTenant = (await ostoja(['tenant', 'create', '--name', empty, '--language', language])).trim()

  const contexts: BrowserContext[] = []
  const made = new Map<string, Promise<unknown>>()
  let accounts = 0
  let lookedAt: Page | null = null

  return {
    language,
    folder,
    mail,
    redis,
    /** Takes passing things out of Redis, such as what was counted against guessing. */
    forget: async (pattern: string) => {
      const keys = await redis.keys(pattern)
      if (keys.length > 0) await redis.del(keys)
    },
    url: product.url,
    /** Somebody of the demonstration's organisation of this language. */
    account: (role: string) => product.accounts.find(found => found.tenant === furnished && found.role === role),
    /** Somebody new, of the organisation that has nothing yet; an operator is of none. */
    newAccount: async (roles: string[]): Promise<Account> => {
      const email = `${language}${String(++accounts)}@example.org`
      const [given, family] = people[language]
      const tenant = roles.includes('operator') ? [] : ['--tenant', newTenant]
      const told = await ostoja(
        ['account', 'create', ...tenant, '--language', language, ...roles.flatMap(role => ['--role', role])],
        `${given}\n${family}\n${email}\n`,
      )
      const word = (name: string) => new RegExp(`^${name}: (\\S+)$`, 'm').exec(told)?.[1] ?? ''
      return { login: word('login'), password: word('password'), email }
    },
    /** A window of a browser that was never here. */
    newWindow: async (options: { offline?: boolean } = {}): Promise<Page> => {
      const context = await browser.newContext({
        baseURL: product.url,
        ignoreHTTPSErrors: true,
        locale: locales[language],
        timezoneId: 'Europe/Warsaw',
        ...options,
      })
      context.setDefaultTimeout(20_000)
      contexts.push(context)
      context.on('page', listen)
      return context.newPage()
    },
    /** Which window the picture is of, where not of the one that was given. */
    lookAt: (page: Page) => {
      lookedAt = page
    },
    lookedAt: () => lookedAt,
    /** After each picture: what was opened for it goes, all but one person's own window. */
    closeWindows: async (except?: Page) => {
      lookedAt = null
      const [kept, gone] = [true, false].map(keep =>
        contexts.filter(context => (context === except?.context()) === keep),
      )
      contexts.splice(0, Infinity, ...kept!)
      await Promise.all(gone!.map(context => context.close()))
    },
    ostoja,
    /** The database, past all its guards; `$1` in the text is the demonstration's organisation. */
    sql: async (text: string): Promise<Record<string, string>[]> => {
      const { rows } = await database.query<Record<string, string>>(
        text.replaceAll('$1', `(select id from tenants where name = ${pg.escapeLiteral(furnished)})`),
      )
      return rows
    },
    /** What several pictures need is made once. */
    once: <T>(name: string, make: () => Promise<T>): Promise<T> => {
      const found = made.get(name) ?? make()
      made.set(name, found)
      return found as Promise<T>
    },
    close: async () => {
      await database.end()
      redis.disconnect()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
export type Stage = Awaited<ReturnType<typeof createStage>>
