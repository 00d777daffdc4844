import type { Overview } from '../features/encryption-keys/index.ts'
import type { Standing } from '../features/installation/index.ts'
import { installationId, systemActor } from '../platform/actor.ts'
import type { Metrics } from '../platform/metrics/metrics.ts'

type Given = {
  metrics: Metrics
  countSessions: () => Promise<number>
  countJobs: () => Promise<{ waiting: number; running: number; failed: number; mailFailed: number; lagMs: number }>
  countTenants: (actor: ReturnType<typeof systemActor>) => Promise<Record<string, number>>
  keys: () => Promise<Overview>
  look: () => Promise<Standing>
  /** When the certificate of the pages expires; null where this process serves none. */
  certificateUntil: () => Date | null
  connections: () => { used: number; free: number; waiting: number }
  passwords: () => { running: number; waiting: number }
}

const byState = (counts: Record<string, number>) =>
  Object.entries(counts).map(([state, value]) => ({ labels: { state }, value }))

/** The numbers that are looked up when Prometheus asks. */
export const addMetrics = (given: Given) => {
  const { metrics } = given
  metrics.add({
    name: 'ostoja_sessions',
    help: 'Sessions that have not ended.',
    ask: async () => [{ value: await given.countSessions() }],
  })
  metrics.add({
    name: 'ostoja_jobs',
    help: 'Jobs in the queue by state; failed ones are not tried again, mail_failed are letters among them.',
    labels: ['state'],
    ask: async () => {
      const { waiting, running, failed, mailFailed } = await given.countJobs()
      return byState({ waiting, running, failed, mail_failed: mailFailed })
    },
  })
  metrics.add({
    name: 'ostoja_job_queue_lag_seconds',
    help: 'For how long the first of the jobs that are due has waited.',
    ask: async () => [{ value: (await given.countJobs()).lagMs / 1000 }],
  })
  metrics.add({
    name: 'ostoja_tenants',
    help: 'Organisations by state.',
    labels: ['state'],
    ask: async () => byState(await given.countTenants(systemActor(installationId))),
  })
  metrics.add({
    name: 'ostoja_key_age_seconds',
    help: 'Age of the oldest key in use, by kind.',
    labels: ['kind'],
    ask: async () => keyAges(await given.keys()),
  })
  metrics.add({
    name: 'ostoja_key_due_timestamp_seconds',
    help: 'When the root key and the pepper are due to be rotated, in Unix time.',
    labels: ['kind'],
    ask: async () => keysDue(await given.keys()),
  })
  metrics.add({
    name: 'ostoja_health',
    help: '1 where a part of the installation answers and is right, 0 where not.',
    labels: ['part'],
    ask: async () =>
      (await given.look()).parts
        .filter(({ health }) => health !== 'off')
        .map(({ name, health }) => ({ labels: { part: name }, value: health === 'right' ? 1 : 0 })),
  })
  metrics.add({
    name: 'ostoja_processes',
    help: 'Processes that show that they live, by role.',
    labels: ['role'],
    ask: async () => {
      const { processes } = await given.look()
      return ['web', 'worker'].map(role => ({
        labels: { role },
        value: processes.filter(present => present.role.includes(role)).length,
      }))
    },
  })
  metrics.add({
    name: 'ostoja_certificate_expires_seconds',
    help: 'When the certificate of the pages expires, in seconds since 1970; not there behind a TLS proxy.',
    ask: () => {
      const until = given.certificateUntil()
      return until ? [{ value: until.getTime() / 1000 }] : []
    },
  })
  metrics.add({
    name: 'ostoja_migrations_pending',
    help: 'Migrations that the database lacks.',
    ask: async () => [{ value: (await given.look()).pending?.length ?? Number.NaN }],
  })
  metrics.add({
    name: 'ostoja_database_connections',
    help: 'Connections of this process by state; waiting: those who wait for one.',
    labels: ['state'],
    ask: () => byState(given.connections()),
  })
  metrics.add({
    name: 'ostoja_password_hashings',
    help: 'Passwords being hashed (Argon2id) in this process, and those that wait for their turn.',
    labels: ['state'],
    ask: () => byState(given.passwords()),
  })
}

const keysDue = ({ files }: Overview) =>
  (['root', 'pepper'] as const).flatMap(kind => {
    const { dueAt } = files[kind]
    return dueAt ? [{ labels: { kind }, value: dueAt.getTime() / 1000 }] : []
  })

const keyAges = ({ rings, files }: Overview) => [
  { labels: { kind: 'data' }, value: rings.data.oldestMs / 1000 },
  { labels: { kind: 'index' }, value: rings.index.oldestMs / 1000 },
  ...(['root', 'pepper'] as const).flatMap(kind => {
    const since = files[kind].keys[0]?.since
    return since ? [{ labels: { kind }, value: (Date.now() - since.getTime()) / 1000 }] : []
  }),
]
