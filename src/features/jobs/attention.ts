import type { Language, Translations } from '../../platform/i18n/translations.ts'
import type { Actor } from '../../platform/actor.ts'
import type { JobDesk } from './jobs.ts'

/** Failed jobs and letters as things that need an operator. */
export const jobAttention =
  (jobs: Pick<JobDesk, 'counts'>, translations: Translations) => async (_actor: Actor, language: Language) => {
    const t = translations.to(language)
    const { failed, mailFailed } = await jobs.counts()
    return [
      ...(failed > 0 ? [{ kind: 'danger', text: t('jobs:attention.failed', { count: failed }), href: '/jobs' }] : []),
      ...(mailFailed > 0
        ? [{ kind: 'warning', text: t('jobs:attention.mail', { count: mailFailed }), href: '/jobs' }]
        : []),
    ]
  }
