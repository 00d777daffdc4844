import { installationId } from '../../src/platform/actor.ts'
import { loadTranslations } from '../../src/platform/i18n/translations.ts'
import { letterKinds, type LetterKind, type Said } from '../../src/platform/mail/letter-kinds.ts'
import { writeLetter } from '../../src/platform/mail/letter.ts'
import type { Shot } from './shot.ts'
import type { Language, Stage } from './stage.ts'

const translations = loadTranslations()

/** What the letters of a picture are told. */
const said = (language: Language) => {
  const token = 'q3Zr9'.repeat(13).slice(0, 64)
  return {
    notice: {},
    moved: {},
    reset: { token },
    first: { token },
    backup: { what: translations.to(language)('backups:wrong.old') },
    chain: {},
    checkpoint: { events: '48213', at: '2026-11-23 05:31', code: `1204-${'4f9ac0d2'.repeat(4)}` },
  } satisfies { [K in LetterKind]: Said<K> }
}

const write = (kind: LetterKind, language: Language) => {
  const linkTo = (path: string) => new URL(path, 'https://ostoja.example.org').href
  const given = said(language)[kind] as Said<'reset'>
  return writeLetter(translations.to(language), language, kind as 'reset', linkTo, given).html
}

/** Every kind of letter as a mail program shows it. */
export const letters: Shot[] = (Object.keys(letterKinds) as LetterKind[]).map(kind => ({
  name: `letter-${kind}`,
  view: null,
  role: 'nobody',
  open: (page, { language }) => page.setContent(write(kind, language)),
}))

/** Letters nobody took, as the queue keeps them: task, what its payload says beside the organisation, attempts, fault. */
const unsent = [
  ['mail.notice', '"accountId": 4', 12, 'MailFault (MAILBOX_REFUSED_550)'],
  ['mail.password-link', '"linkId": "x"', 12, 'MailFault (CERTIFICATE_NOT_TRUSTED)'],
  ['mail.former-address', '"formerId": "x"', 1, 'MailFault (CONTENTS_GONE)'],
  ['mail.backup', '"accountId": 2', 4, 'MailFault (TOO_SLOW)'],
] as const

const leaveUnsent = async ({ sql, once }: Stage) =>
  once('unsent letters', async () => {
    for (const [task, more, attempts, fault] of unsent) {
      const tenant = task === 'mail.backup' ? `'${installationId}'` : '$1'
      await sql(
        `select graphile_worker.add_job('${task}', json_build_object('tenantId', ${tenant}::text), run_at => now() + interval '5 hours')`,
      )
      await sql(`update graphile_worker._private_jobs set attempts = ${attempts}, last_error = '${fault}',
                        max_attempts = ${attempts < 12 && fault.includes('GONE') ? attempts : 12},
                        payload = (payload::jsonb || '{${more}}')::json
                  where id = (select max(id) from graphile_worker._private_jobs)`)
    }
  })

/** The desk's list of them. */
export const unsentLetters: Shot[] = [
  {
    name: 'jobs-letters',
    view: 'jobs/list',
    role: 'operator',
    open: async (page, stage) => {
      await leaveUnsent(stage)
      await page.goto('/jobs')
    },
  },
]
