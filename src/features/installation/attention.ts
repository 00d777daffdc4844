import type { Actor } from '../../platform/actor.ts'
import type { Language, Translations } from '../../platform/i18n/translations.ts'
import type { Installation, Standing } from './installation.ts'

const href = '/system'

/** What of the ground is not as it should be. */
export const installationAttention =
  (installation: Installation, translations: Translations) => async (_actor: Actor, language: Language) => {
    const t = translations.to(language)
    const standing = await installation.look()
    return wrongOf(standing).map(({ kind, key, ...more }) => ({ kind, text: t(key, more), href }))
  }

type Wrong = { kind: 'danger' | 'warning'; key: string; part?: string; count?: number }

const wrongOf = ({ parts, pending, processes, version }: Standing): Wrong[] => [
  ...parts
    .filter(({ health }) => health === 'wrong')
    .map(({ name, note }) => ({
      kind: 'danger' as const,
      key: note === 'installation:note.tight' ? 'installation:attention.tight' : `installation:attention.part.${name}`,
    })),
  ...(processes.some(({ role }) => role.includes('worker'))
    ? []
    : [{ kind: 'danger' as const, key: 'installation:attention.noWorker' }]),
  ...(pending && pending.length > 0
    ? [{ kind: 'danger' as const, key: 'installation:attention.migrations', count: pending.length }]
    : []),
  ...(processes.some(present => present.version !== version || present.node !== process.version)
    ? [{ kind: 'warning' as const, key: 'installation:attention.versions' }]
    : []),
]
