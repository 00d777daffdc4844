import type { Page } from 'playwright-core'
import type { Shot } from './shot.ts'
import type { Stage } from './stage.ts'
import { clientPath, follow, sendEmpty, submit } from './steps.ts'

const aDrill = new RegExp(clientPath().source.replace('clients', 'drills'))

/** Weeks go by in which nobody makes an export, proves one, or signs in. */
const neglect = (stage: Stage) =>
  stage.once('neglect', async () => {
    await stage.sql(
      `update exports set finished_at = now() - interval '40 days', proved_at = null where tenant_id = $1`,
    )
    await stage.sql(`delete from drills where tenant_id = $1`)
    await stage.sql(
      `insert into exports (tenant_id, id, status, total_clients, format, language, for_passphrase, sealed_to, group_ids,
                            scheduled, with_hidden, created_at, progressed_at, finished_at, copy_state)
       select $1, gen_random_uuid(), 'ready', 48, 'viewer', 'en', false, '[]', '[]', true, false,
              now() - days * interval '1 day', now(), now() - days * interval '1 day', state
         from (values (40, 'failed'), (45, 'stored')) stands (days, state)`,
    )
    await stage.sql(
      `update accounts set last_sign_in_at = now() - interval '100 days' where tenant_id = $1 and roles = '{staff}'`,
    )
    await stage.sql(`select graphile_worker.add_job('readiness.remind')`)
  })

/** The worker needs a moment. */
const untilReminded = async (page: Page, stage: Stage) => {
  await neglect(stage)
  do await page.goto('/notices')
  while ((await page.locator('.notice-list a[href="/drills"]').count()) === 0)
}

/** Whether the emergency export would help on the day: what stands well, consents, drills, plan, proof. */
export const readinessPages: Shot[] = [
  { name: 'readiness', view: 'readiness/readiness', role: 'security_officer', open: '/readiness' },
  { name: 'export-plan', view: 'exports/plan', role: 'security_officer', open: '/exports/plan' },
  { name: 'export-proof', view: 'exports/proof', role: 'security_officer', open: '/exports/proofs' },
  {
    name: 'export-proof-problems',
    view: 'exports/proof',
    role: 'security_officer',
    open: sendEmpty('/exports/proofs'),
  },
  { name: 'approvals-empty', view: 'exports/approvals', role: 'security_officer', open: '/exports/approvals' },
  {
    // Nobody else could consent: the demonstration has one security officer.
    name: 'approvals-alone',
    view: 'errors/conflict',
    role: 'security_officer',
    open: async page => {
      await page.goto('/exports/approvals')
      await submit(page)
    },
  },
  { name: 'drills-empty', view: 'drills/list', role: 'security_officer', open: '/drills' },
  {
    name: 'drill',
    view: 'drills/running',
    role: 'security_officer',
    open: async page => {
      await page.goto('/drills')
      await submit(page)
    },
  },
  {
    name: 'drill-result',
    view: 'drills/result',
    role: 'security_officer',
    open: async page => {
      await page.goto('/drills')
      await follow(page, aDrill)
      for (const answer of await page.locator('[name^="answers"]').all()) await answer.fill('600 100 200')
      await submit(page)
    },
  },
  { name: 'drills', view: 'drills/list', role: 'security_officer', open: '/drills' },
  {
    name: 'readiness-neglected',
    view: 'readiness/readiness',
    role: 'security_officer',
    open: async (page, stage) => {
      await neglect(stage)
      await page.goto('/readiness')
    },
  },
  { name: 'notices-reminders', view: 'notices/notices', role: 'security_officer', open: untilReminded },
  {
    name: 'start-officer-reminded',
    view: 'start-page/start-page',
    role: 'security_officer',
    open: async (page, stage) => {
      await untilReminded(page, stage)
      await page.goto('/')
    },
  },
  {
    name: 'start-administrator-reminded',
    view: 'start-page/start-page',
    role: 'administrator',
    open: async (page, stage) => {
      await neglect(stage)
      await page.goto('/')
    },
  },
  {
    name: 'drills-nobody',
    view: 'drills/list',
    role: 'beginner',
    open: async page => {
      await page.goto('/drills')
      await submit(page)
    },
  },
  { name: 'readiness-beginner', view: 'readiness/readiness', role: 'beginner', open: '/readiness' },
  { name: 'readiness-operator', view: 'readiness/readiness', role: 'operator', open: '/readiness' },
]
