import { createAccountPage, createSignInHistory } from '../features/account-page/index.ts'
import {
  createAccountPowers,
  createAccounts,
  createOwnPassword,
  emailTokens,
  type AccountNeeds,
} from '../features/accounts/index.ts'
import { createNotices } from '../features/notices/index.ts'
import {
  createAsking,
  createPasswordLinks,
  createPasswordResets,
  revokeLinks,
} from '../features/password-resets/index.ts'
import type { OwnTries } from '../features/sign-in/index.ts'
import type { Redis } from 'ioredis'
import type { Actor } from '../platform/actor.ts'
import type { Unscoped } from '../platform/db/unscoped.ts'
import type { Translations } from '../platform/i18n/translations.ts'
import type { Tasks } from '../platform/jobs/jobs.ts'
import type { Mailer } from '../platform/mail/mailer.ts'

type Given = Pick<AccountNeeds, 'db' | 'vault' | 'passwords' | 'clock' | 'ownerOf' | 'endSession' | 'rolesGiven'> & {
  unscoped: Unscoped
  redis: Redis
  translations: Translations
  mailer: Mailer | null
  derive: (purpose: string) => Buffer
  ownTries: OwnTries
}

/** Accounts and what stands around one: its passwords, links, notices, sign-ins. They need each other, so they meet here. */
export const createAccountFeatures = (given: Given) => {
  const { db, redis, mailer, vault, derive } = given
  const mailboxOf: Accounts['mailbox'] = account => accounts.mailbox(account)
  const accountNames: Accounts['names'] = (...args) => accounts.names(...args)
  const notices = createNotices({ ...given, mailboxOf, accountNames })
  const links = createPasswordLinks({ ...given, mailboxOf })
  const needs: AccountNeeds = {
    ...given,
    notify: notices.notify,
    tellFormerAddress: notices.tellFormerAddress,
    revokeLinks,
    sendFirstLink: mailer && ((trx, tenantId, accountId) => links.ask(trx, tenantId, accountId, 'first')),
  }
  const accounts = createAccounts(needs)
  const powers = createAccountPowers(needs)
  const ownPassword = createOwnPassword(needs)
  const history = createSignInHistory({ ...given, notify: notices.notify })
  const accountPage = createAccountPage({ db, ownPassword, ownTries: given.ownTries })
  const passwordResets = createPasswordResets({
    ...given,
    links,
    mailboxOf,
    asking: createAsking(redis, derive('password links')),
    emailTokens: email => emailTokens(vault, email),
    preparePassword: ownPassword.prepare,
    choosePassword: ownPassword.choose,
    passwordRules: ownPassword.rules,
    rememberDevice: history.rememberDevice,
  })
  const tasks: Tasks = {
    'mail.notice': notices.mailNotice,
    'mail.former-address': notices.mailFormerAddress,
    'mail.password-link': links.mail,
  }
  /** What nobody will come back for. */
  const sweep = async (actor: Actor) => {
    await history.sweep(actor)
    await notices.sweep(actor)
    await links.sweep(actor)
  }
  return {
    accounts,
    ownPassword,
    powers,
    history,
    accountPage,
    passwordResets,
    notices,
    sweep,
    tasks,
    mailed: mailer !== null,
  }
}
type Accounts = ReturnType<typeof createAccounts>
