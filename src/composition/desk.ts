import { createAnnouncements } from '../features/announcements/index.ts'
import { createKeyDesk, keyAttention, type EncryptionKeys } from '../features/encryption-keys/index.ts'
import {
  certificateLook,
  createInstallation,
  installationAttention,
  type Probe,
} from '../features/installation/index.ts'
import { createJobDesk, jobAttention } from '../features/jobs/index.ts'
import type { Tenants } from '../features/tenants/index.ts'
import type { Actor } from '../platform/actor.ts'
import type { Language, Translations } from '../platform/i18n/translations.ts'
import type { Platform } from './platform.ts'

export type Attention = (
  actor: Actor,
  language: Language,
) => Promise<{ kind: string; text: string; href: string | null }[]>
type Things = Awaited<ReturnType<Attention>>
type Rest = (actor: Actor, language: Language, told: Things) => Promise<Things>
type Given = {
  platform: Platform
  translations: Translations
  keys: EncryptionKeys
  tenants: Pick<Tenants, 'namesOf'>
  others: readonly Attention[]
  probes: Record<string, Probe>
}

/** What operators have a page for, beside organisations. */
export const createDesk = ({ platform, translations, keys, tenants, others, probes }: Given) => {
  const { config, mailer } = platform
  const jobs = createJobDesk({ ...platform, organisationNames: tenants.namesOf })
  const keyDesk = createKeyDesk({
    ...platform,
    keys,
    rotationDays: config.keyRotationDays,
    fileRotationDays: config.fileKeyRotationDays,
    remember: platform.keyChecks.remember,
  })
  const installation = createInstallation({
    ...platform,
    probes: {
      postgres: async () => ({ health: 'right', version: await platform.askPostgres() }),
      redis: async () => {
        const { version, evicts } = await platform.askRedis()
        return evicts ? { health: 'wrong', version, note: 'installation:note.evicts' } : { health: 'right', version }
      },
      mail: async () => {
        if (!mailer) return { health: 'off', note: 'installation:note.noMail' }
        await mailer.verify()
        return { health: 'right' }
      },
      certificate: () =>
        Promise.resolve(
          certificateLook(platform.certificate?.standing() ?? null, platform.clock(), platform.config.timeZone),
        ),
      ...probes,
    },
    folders: { exports: config.exportsDir },
    unverified: config.unverified,
  })
  const announcements = createAnnouncements(platform)
  /** The desk is for when something is broken: a part that cannot say how it is must not hide the others. */
  const patiently =
    (part: Attention): Attention =>
    (actor, language) =>
      part(actor, language).catch((fault: unknown) => {
        platform.log.error({ err: fault }, 'a part of the desk could not be asked')
        return [{ kind: 'danger', text: translations.to(language)('desk:unknown'), href: '/system' }]
      })
  const attentions = [
    ...others,
    installationAttention(installation, translations),
    jobAttention(jobs, translations),
    keyAttention(keyDesk, translations),
  ].map(patiently)
  /** Everything that needs an operator: each part of the desk, and what `rest` finds beside what they have told. */
  const attention = async (actor: Actor, language: Language, rest: Rest) => {
    const told = (await Promise.all(attentions.map(part => part(actor, language)))).flat()
    return [...told, ...(await patiently((...who) => rest(...who, told))(actor, language))]
  }
  return { jobs, keyDesk, installation, announcements, attention }
}
